/* Texts put together in rooms of fixed size, and characters that HTML and XML escape. */
#include "support/text.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What fits is there to the last character, what does not is cut off and told, and nothing behind the room is
 * touched. */
Test(text, adds_until_the_room_is_full)
{
    char room[] = "\0xxxxxxxx#";
    const size_t size = 8;
    cr_expect(text_add(room, size, "%s", "ab"));
    cr_expect_str_eq(room, "ab");
    cr_expect(text_add(room, size, "%d-%s", 12, "c"));
    cr_expect_str_eq(room, "ab12-c");
    cr_expect(text_add(room, size, "%s", ""));
    cr_expect(text_add(room, size, "d"), "the last character that fits");
    cr_expect_str_eq(room, "ab12-cd");
    cr_expect_not(text_add(room, size, "e"));
    cr_expect_str_eq(room, "ab12-cd");
    room[5] = '\0';
    cr_expect_not(text_add(room, size, "%s", "long"));
    cr_expect_str_eq(room, "ab12-lo");
    cr_expect_str_eq(room + size, "x#");
}

Test(text, escapes_what_html_and_xml_read)
{
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);
    cr_assert_not_null(f);
    text_escape("a<b> & \"c\" 'd'\x01\x7f\n\xc3\xb6", f);
    cr_assert_eq(fclose(f), 0);
    cr_expect_str_eq(out, "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;???\xc3\xb6");
    free(out);
}
