/* See mpi_link.h. */
#include "support/mpi_link.h"
#include "support/env.h"
#include "support/hash.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t mpi_launched(size_t *own)
{
    const bool slurm = getenv("PMIX_RANK") && getenv("SLURM_NTASKS");
    const char *n = getenv("OMPI_COMM_WORLD_SIZE"), *rank = getenv("OMPI_COMM_WORLD_RANK");
    if (!n && slurm) {
        n = getenv("SLURM_NTASKS");
        rank = getenv("PMIX_RANK");
    }
    const long size = n && rank ? strtol(n, NULL, 10) : 1;
    *own = size > 1 ? strtoul(rank, NULL, 10) : 0;
    return size > 1 ? (size_t)size : 1;
}

/* What must be the same on all ranks. */
struct identity {
    char program[HASH_HEX], core[ENV_TEXT], blas[ENV_TEXT];
};

#ifdef SPIKEBENCH_MPI
#include <mpi.h>

/* Memory is cut into pieces that MPI can count. */
enum { PIECE_MAX = 1 << 30 };

/* Errors of MPI end all ranks (MPI_ERRORS_ARE_FATAL, its default): there is no code to look at. */
static MPI_Datatype memory_type(size_t bytes)
{
    MPI_Datatype whole, rest, type;
    int one[] = {1, 1};
    MPI_Aint places[] = {0, (MPI_Aint)(bytes - bytes % PIECE_MAX)};
    (void)MPI_Type_create_hvector((int)(bytes / PIECE_MAX), PIECE_MAX, PIECE_MAX, MPI_BYTE, &whole);
    (void)MPI_Type_contiguous((int)(bytes % PIECE_MAX), MPI_BYTE, &rest);
    (void)MPI_Type_create_struct(2, one, places, (MPI_Datatype[]){whole, rest}, &type);
    (void)MPI_Type_free(&whole);
    (void)MPI_Type_free(&rest);
    return type;
}

static MPI_Datatype block_type(const struct rank_block *b)
{
    MPI_Datatype piece = memory_type(b->bytes), type;
    (void)MPI_Type_create_hvector((int)b->count, 1, (MPI_Aint)b->stride, piece, &type);
    (void)MPI_Type_free(&piece);
    return type;
}

static MPI_Datatype message_type(const struct rank_block *blocks, size_t n)
{
    int one[RANK_BLOCKS_MAX] = {0};
    MPI_Aint places[RANK_BLOCKS_MAX] = {0};
    MPI_Datatype types[RANK_BLOCKS_MAX] = {0}, type;
    for (size_t k = 0; k < n; k++) {
        one[k] = 1;
        types[k] = block_type(&blocks[k]);
        (void)MPI_Get_address(blocks[k].at, &places[k]);
    }
    (void)MPI_Type_create_struct((int)n, one, places, types, &type);
    for (size_t k = 0; k < n; k++) (void)MPI_Type_free(&types[k]);
    (void)MPI_Type_commit(&type);
    return type;
}

static void mpi_send(void *context, size_t to, const struct rank_block *blocks, size_t n)
{
    MPI_Datatype type = message_type(blocks, n);
    (void)context;
    (void)MPI_Send(MPI_BOTTOM, 1, type, (int)to, 0, MPI_COMM_WORLD);
    (void)MPI_Type_free(&type);
}

static void mpi_receive(void *context, size_t from, const struct rank_block *blocks, size_t n)
{
    MPI_Datatype type = message_type(blocks, n);
    (void)context;
    (void)MPI_Recv(MPI_BOTTOM, 1, type, (int)from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    (void)MPI_Type_free(&type);
}

const char *mpi_library(void)
{
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    (void)MPI_Get_library_version(text, &length); /* allowed before MPI_Init */
    text[strcspn(text, ",\n")] = '\0';
    return text;
}

static status identify(struct identity *own, struct error *e)
{
    memset(own, 0, sizeof *own);
    env_blas_core(own->core, sizeof own->core);
    env_blas_config(own->blas, sizeof own->blas);
    return hash_file("/proc/self/exe", own->program, e);
}

/* Whether this rank is what rank 0 is. */
static status compare(const struct identity *own, const struct identity *first, struct error *e)
{
    if (strcmp(own->program, first->program) != 0)
        return FAIL(e, ST_CONFIG,
                    "the program is another build (SHA-256 %.12s) than that of rank 0 (%.12s): results could "
                    "differ; all ranks must run the same file",
                    own->program, first->program);
    if (strcmp(own->core, first->core) == 0 && strcmp(own->blas, first->blas) == 0) return ST_OK;
    return FAIL(e, ST_CONFIG,
                "OpenBLAS has kernels for %s (%s), on rank 0 for %s (%s): results would depend on the number "
                "of ranks; set OPENBLAS_CORETYPE to the same on all",
                own->core, own->blas, first->core, first->blas);
}

static status handshake(struct ranks *r, struct error *e)
{
    struct identity own, first;
    status st = identify(&own, e);
    first = own;
    const struct rank_block block = rank_memory(&first, sizeof first);
    ranks_broadcast(r, &block, 1);
    if (st == ST_OK) st = compare(&own, &first, e);
    return ranks_agree(r, st, e);
}

status mpi_join(struct ranks **out, size_t expected, struct error *e)
{
    int level, n, own;
    struct ranks *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r) return FAIL(e, ST_MEMORY, "no memory for ranks");
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS ||
        level < MPI_THREAD_FUNNELED) {
        free(r);
        return FAIL(e, ST_IO, "MPI could not be started");
    }
    (void)MPI_Comm_size(MPI_COMM_WORLD, &n);
    (void)MPI_Comm_rank(MPI_COMM_WORLD, &own);
    *r = (struct ranks){.n = (size_t)n, .own = (size_t)own, .link = {NULL, mpi_send, mpi_receive}};
    *out = r;
    if (r->n != expected) return FAIL(e, ST_CONFIG, "ranks = %zu, but mpirun has started %d", expected, n);
    TRY(handshake(r, e));
    r->traffic = (struct rank_traffic){0};
    return ST_OK;
}

void mpi_leave(struct ranks *r, bool together)
{
    if (!r) return;
    if (together)
        (void)MPI_Finalize();
    else
        (void)MPI_Abort(MPI_COMM_WORLD, 1);
    free(r);
}

#else

const char *mpi_library(void)
{
    return NULL;
}

status mpi_join(struct ranks **r, size_t expected, struct error *e)
{
    *r = NULL;
    if (expected == 1) return ST_OK;
    return FAIL(e, ST_CONFIG, "ranks = %zu: the program was built without MPI (libopenmpi-dev)", expected);
}

void mpi_leave(struct ranks *r, bool together)
{
    (void)together;
    free(r);
}

#endif
