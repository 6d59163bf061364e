/*
 * filter: which system calls a process may still make (seccomp), through libseccomp.
 *
 * An allow-list, so that what nobody thought of is forbidden. Whatever is not on it kills the process:
 * one that tries has been taken over, or has a fault, and must not go on in either case. The
 * exception are calls that libraries try for their own convenience and do without: they get an error.
 *
 * Calls are given by name, since their numbers are not the same on all machines. A filter cannot be taken off again, and is inherited by
 * threads and children.
 */
#ifndef BASE_FILTER_H
#define BASE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct filter;

/*
 * Sanitizers map shadow memory, look at their own process through another one, and would tell nobody
 * what they found: builds with them, which are for tests, are allowed more.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FILTER_IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FILTER_IS_SANITIZED true
#endif
#endif
#ifndef FILTER_IS_SANITIZED
#define FILTER_IS_SANITIZED false
#endif

/* NULL, or why this kernel cannot do it; static. */
const char *filter_missing(void);

/*
 * An empty list, NULL without memory. What goes wrong in adding to it is kept until filter_load();
 * FILTER may be NULL there and everywhere.
 */
struct filter *filter_new(void);

/*
 * The opposite: everything is allowed but what is refused. For what runs programs that are not ours, so
 * that nobody knows what they call.
 */
struct filter *filter_new_open(void);

void filter_allow(struct filter *filter, const char *const *calls /* ended by NULL */);

/* CALL, provided that VALUE are the bits of argument INDEX that MASK names. */
void filter_allow_if(struct filter *filter, const char *call, unsigned index, uint64_t mask,
		uint64_t value);

/* CALL returns -CODE and does nothing. */
void filter_refuse(struct filter *filter, const char *call, int code);

/* The same if argument INDEX, an int, is VALUE, or unless it is. */
void filter_refuse_if(
		struct filter *filter, const char *call, unsigned index, uint64_t value, int code);
void filter_refuse_unless(
		struct filter *filter, const char *call, unsigned index, uint64_t value, int code);

/* In a sanitized build, what sanitizers need; else nothing. True if it is one. */
bool filter_allow_sanitizers(struct filter *filter);

/* From here on, for all threads of the process that there are. 0 or negative errno. */
int filter_load(struct filter *filter /* takes ownership */, struct err *err);

#endif
