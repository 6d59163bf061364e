/*
 * options: the command line, by tables. A verb describes itself once, in a struct command;
 * parsing, "did you mean" and the text of --help all come from that.
 *
 * Long options take their value as `--name value` or `--name=value`, short ones as `-n value` or
 * `-nvalue`; flags may be bundled (`-fv`). Options and operands may be mixed; `--` ends the
 * options. Texts that options are set to are borrowed from argv.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

#define OPTIONS_LIST_MAX 64
#define OPERANDS_MAX	 3 /* of a verb, those behind "--" apart */

enum option_kind {
	OPTION_FLAG,	 /* bool */
	OPTION_TEXT,	 /* const char * */
	OPTION_NUMBER,	 /* uint64_t */
	OPTION_DURATION, /* uint64_t, milliseconds */
	OPTION_LIST,	 /* struct option_list: may be given more than once */
	OPTION_IGNORED,	 /* accepted, with or without a value, and forgotten */
	OPTION_REFUSED,	 /* HELP says why */
};

struct option_list {
	const char *items[OPTIONS_LIST_MAX];
	size_t count;
};

struct option {
	const char *name; /* without dashes; NULL ends a table */
	char letter;	  /* 0: none */
	enum option_kind kind;
	size_t offset;	   /* of the field in the verb's struct of arguments */
	const char *value; /* what its value is called in the help */
	const char *help;  /* NULL: not shown */
};

#define OPTION_INTO(type, field) .offset = offsetof(type, field)

/* What a word can be, or'ed: what completion offers for it. */
enum offer {
	OFFER_FILES = 1,
	OFFER_FOLDERS = 2,
	OFFER_MOUNTS = 4,     /* names and mount points */
	OFFER_CONFIGS = 8,    /* names of node configurations */
	OFFER_SOURCES = 16,   /* REPO#REF */
	OFFER_REFS = 32,      /* of what the first operand names */
	OFFER_REVISIONS = 64, /* the same, and @N of the mount that it names */
	OFFER_PATHS = 128,    /* what that mount shows */
};

/* A verb. Its operands are what is neither an option nor the value of one. */
struct command {
	const char *name;
	const char *usage;   /* what follows `refmount NAME` */
	const char *summary; /* one line, for the list of verbs */
	const char *about;   /* more, or NULL */
	const char *example;
	const struct option *options; /* or NULL */
	const struct option *keys;    /* what `-o` takes, for the help, or NULL */
	int operands_min, operands_max;
	unsigned offers[OPERANDS_MAX], offers_behind; /* for each operand, and behind "--" */
	int (*run)(const struct command *command, int argc, char **argv); /* argv[0]: the verb */
};

/*
 * Parse ARGV[1..] by COMMAND's table into ARGS (the verb's struct), and put the operands,
 * NULL-terminated, to the front of ARGV, from ARGV[0]. Their count, or -EINVAL; ERR says what is
 * wrong and ends with the usage.
 */
int options_parse(
		const struct command *command, int argc, char **argv, void *args, struct err *err);

/*
 * Parse TEXT, "key=value,flag,..." as it follows `-o`, by KEYS into ARGS. TEXT is cut in place. A
 * name that begins with "x-" is ignored, as mount(8) wants it. 0 or -EINVAL.
 */
int options_parse_keys(const struct option *keys, char *text, void *args, struct err *err);

/* Where a word stands on a command line. */
struct options_place {
	const struct option *option; /* it is the value of this one; NULL: of none */
	const char *operand;	     /* the first one before it, or NULL */
	int operands;		     /* how many are before it */
	bool is_ended;		     /* "--" is before it */
};

/* Where the word behind ARGV[1..ARGC-1] would stand. What is unknown there is skipped. */
struct options_place options_place(const struct command *command, int argc, char *const *argv);

/* Is there a value behind it, and the option to be listed? */
bool options_takes_value(const struct option *option);
bool options_is_shown(const struct option *option);

/* Append the text of `refmount NAME --help`. */
void options_help(const struct command *command, struct buf *out);

#endif
