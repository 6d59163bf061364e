/*
 * method: the methods of each type, as tables like those of filters; `self` of a call is the
 * object.
 */
#ifndef JINJA_METHOD_H
#define JINJA_METHOD_H

#include <stddef.h>

#include "src/jinja/call.h"

/* Sorted by name, like every table of functions. */
extern const struct function text_methods[];
extern const size_t text_method_count;
extern const struct function list_methods[];
extern const size_t list_method_count;
extern const struct function tuple_methods[];
extern const size_t tuple_method_count;
extern const struct function dict_methods[];
extern const size_t dict_method_count;
extern const struct function int_methods[];
extern const size_t int_method_count;
extern const struct function float_methods[];
extern const size_t float_method_count;
extern const struct function range_methods[];
extern const size_t range_method_count;

/* What dict.update() and dict() do with their arguments; DICT is open. */
int dict_update(struct run *run, struct dict *dict, const struct call *call);

#endif
