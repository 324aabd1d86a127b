/* Criterion brings libgit2, for differences of texts, and libgit2 reads all of the system's certificates in
 * each process, for connections that no test makes: a quarter of the time that a process of a test takes to
 * start. mbedTLS, which reads them, finds this function before its own; that nothing was read stops nobody.
 * Where libgit2 uses another library, nobody calls it. */

enum { NOTHING_READ = -1 };

int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
    (void)chain;
    (void)path;
    return NOTHING_READ;
}
