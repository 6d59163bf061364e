/*
 * ansible: the filters and tests of ansible-core 2.14 that are pure, by topic, for the tables in
 * ansible_filters.c and ansible_tests.c.
 *
 * Where a function here differs from Ansible's on purpose, its comment says so. All of them take
 * self, arguments and keywords as Python would bind them.
 */
#ifndef JINJA_ANSIBLE_H
#define JINJA_ANSIBLE_H

#include "src/jinja/call.h"

/* filters_regex.c */
native_fn filter_regex_escape, filter_regex_findall, filter_regex_replace, filter_regex_search;
/* filters_encode.c */
native_fn filter_b64decode, filter_b64encode, filter_checksum, filter_hash, filter_md5,
		filter_to_uuid;
/* filters_path.c */
native_fn filter_basename, filter_commonpath, filter_dirname, filter_normpath, filter_path_join,
		filter_relpath, filter_splitext, filter_win_basename, filter_win_dirname,
		filter_win_splitdrive;
/* filters_url.c */
native_fn filter_urldecode, filter_urlsplit, test_uri, test_url, test_urn;
/* filters_sets.c */
native_fn filter_ansible_unique, filter_difference, filter_intersect, filter_symmetric_difference,
		filter_union;
/* filters_rows.c */
native_fn filter_combinations, filter_flatten, filter_permutations, filter_product, filter_zip,
		filter_zip_longest;
/* filters_dicts.c */
native_fn filter_combine, filter_dict2items, filter_extract, filter_items2dict,
		filter_rekey_on_member, filter_subelements;
/* filters_math.c */
native_fn filter_human_readable, filter_human_to_bytes, filter_log, filter_pow, filter_root;
/* filters_data.c */
native_fn filter_from_json, filter_from_yaml, filter_from_yaml_all, filter_to_json,
		filter_to_nice_json, filter_to_nice_yaml, filter_to_yaml;
/* filters_logic.c */
native_fn filter_bool, filter_mandatory, filter_ternary, filter_type_debug;
/* filters_words.c */
native_fn filter_comment, filter_quote, filter_split, filter_strftime, filter_to_datetime;
/* filters_address.c */
native_fn filter_ipaddr, filter_ipsubnet, filter_ipv4, filter_ipv6, filter_ipwrap;
/* version.c */
native_fn test_version;

/* str() of what a filter was given, as to_text() of Ansible's has it; fails for undefined. */
int ansible_text(struct run *run, struct object object, const struct text **out);

/* Ansible's is_sequence(): what has items by number, strings apart. */
bool ansible_is_sequence(struct object object);

/* flatten(): the items of lists and tuples in each other, LEVELS deep. */
int ansible_flatten(struct run *run, const struct list *items, int64_t levels, bool skips_nulls,
		struct object *out);

/* SELF.NAME(*ARGS), as for one of Python's own methods. */
int ansible_method(struct run *run, struct object self, const char *name, const struct object *args,
		size_t count, struct object *out);

#endif
