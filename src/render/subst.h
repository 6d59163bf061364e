/*
 * subst: `${a.b}` in files that are full of other languages' braces.
 *
 *     ${a.b}            the value at that path (query.h): a text, a number, true or false
 *     ${a.b:-default}   DEFAULT when there is none, or it is null or ''
 *     ${a.b:?message}   MESSAGE is the finding then
 *     $$                a dollar; a dollar before anything else is just that
 *
 * DEFAULT and MESSAGE end at the next brace.
 */
#ifndef RENDER_SUBST_H
#define RENDER_SUBST_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct diag;
struct read_list;
struct value;

struct subst {
	const char *file; /* for findings */
	const char *text;
	size_t len;
	const struct value *root;
	struct read_list *reads;
	uint64_t output_bytes; /* limit */
	struct diag *findings;
};

/*
 * Append the output to OUT. Findings are all there are, with line and column; then OUT is of no use.
 * 0 or -ENOMEM.
 */
int subst_render(const struct subst *subst, struct buf *out);

#endif
