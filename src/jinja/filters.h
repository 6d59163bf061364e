/*
 * filters: Jinja2's own filters, in files by what they work on; the table is in filters.c. Each one
 * does what the Template Designer Documentation of Jinja2 3.1 says of the filter of its name.
 */
#ifndef JINJA_FILTERS_H
#define JINJA_FILTERS_H

#include <stddef.h>
#include <stdint.h>

#include "src/jinja/call.h"

struct buf;

/* filters_text.c */
native_fn filter_capitalize, filter_center, filter_format, filter_indent, filter_lower;
native_fn filter_replace, filter_string, filter_title, filter_trim, filter_truncate;
native_fn filter_upper, filter_wordcount;
/* wrap.c */
native_fn filter_wordwrap;
/* filters_html.c */
native_fn filter_escape, filter_forceescape, filter_safe, filter_striptags, filter_urlencode;
native_fn filter_xmlattr;
/* filters_list.c */
native_fn filter_batch, filter_first, filter_items, filter_join, filter_last, filter_list;
native_fn filter_reverse, filter_slice, filter_sum;
/* filters_order.c */
native_fn filter_dictsort, filter_groupby, filter_max, filter_min, filter_sort, filter_unique;
/* filters_pick.c */
native_fn filter_map, filter_reject, filter_rejectattr, filter_select, filter_selectattr;
/* filters_number.c */
native_fn filter_abs, filter_filesizeformat, filter_float, filter_int, filter_round;
/* filters_dump.c */
native_fn filter_tojson;
/* filters_pprint.c */
native_fn filter_pprint;

/* str(SELF), markup as it is: what filters on strings begin with. */
int filter_self_text(struct run *run, const struct call *call, struct object *out);
/* Bytes as they stand in a URL: all but letters, digits, "_.-~" and those of SAFE as %XX. */
void filter_quote_url(struct buf *out, const struct text *text, const char *safe);

#endif
