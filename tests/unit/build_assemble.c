#include <errno.h>
#include <sys/mman.h>

#include "tests/unit/build_fixture.h"
#include "src/base/file.h"
#include "src/build/assemble.h"
#include "src/build/numbers.h"
#include "src/build/writer.h"
#include "src/git/repo.h"
#include "src/render/output.h"
#include "src/snap/builder.h"
#include "src/snap/walk.h"

static struct repo *repo;
static struct segment_set *set;
static struct outputs outputs;
static struct diag findings;
static struct job_limits limits;
static uint32_t segment;

static int setup(void **state)
{
	char path[256];

	assert_int_equal(fixture_setup(state), 0);
	fixture_path(path, sizeof(path), "r.git");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	set = segment_set_new();
	assert_non_null(set);
	limits = (struct job_limits)JOB_LIMITS_DEFAULT;
	segment = 0;
	return 0;
}

static int teardown(void **state)
{
	segment_set_free(set);
	repo_close(repo);
	outputs_release(&outputs);
	diag_release(&findings);
	return fixture_teardown(state);
}

static struct output *add(enum output_kind kind, const char *path, const char *source)
{
	struct output *output = outputs_add(&outputs);

	assert_non_null(output);
	output->kind = kind;
	output->path = strdup(path);
	output->source = strdup(source);
	output->mode = 0644;
	output->uid = 12;
	output->gid = 34;
	return output;
}

static struct output *add_text(const char *path, const char *text)
{
	struct output *output = add(OUTPUT_TEXT, path, "template.j2");

	assert_int_equal(output_set_text(output, strdup(text), strlen(text)), 0);
	return output;
}

/* Assemble `outputs` upon BASE (NULL: nothing); what comes of it is readable through `set`. */
static int assemble(const struct writer_result *base, place earlier, struct writer_result *out)
{
	struct numbers numbers = {.base_index = PLACE_NONE, .next = DIR_FIRST_FREE};
	struct writer_spec spec = {.repo = repo,
			.findings = &findings,
			.limits = &limits,
			.numbers = &numbers,
			.set = set,
			.uid = 12,
			.gid = 34};
	struct revision revision = {.time = 1};
	struct segment *mapped = NULL;
	struct err err = ERR_INIT;
	int fd = memfd_create("segment", MFD_CLOEXEC), rc;

	if (base) {
		spec.base_root = base->root;
		spec.base_index = numbers.base_index = base->index;
		numbers.next = base->next_dir;
	}
	diag_release(&findings);
	outputs_sort(&outputs);
	assert_int_equal(builder_new(fd, ++segment, set, &revision, &spec.builder, NULL), 0);
	rc = assemble_build(&spec, &outputs, earlier, out, &err);
	numbers_release(&numbers);
	if (rc == 0 && !diag_has_errors(&findings)) {
		assert_int_equal(builder_seal(spec.builder, NULL), 0);
		assert_int_equal(segment_map(fd, segment, 0, &mapped, NULL), 0);
		assert_int_equal(segment_set_add(set, mapped), 0);
	}
	builder_free(spec.builder);
	(void)close(fd);
	return rc;
}

static void assemble_well(const struct writer_result *base, struct writer_result *out)
{
	struct buf text = BUF_INIT;

	assert_int_equal(assemble(base, PLACE_NONE, out), 0);
	diag_format(&findings, &text);
	assert_string_equal(buf_str(&text), "");
	buf_release(&text);
}

/* Everything that a node shows, in one line each. */
static int list_node(void *arg, const char *path, const struct node *from, const struct node *to)
{
	char hex[OID_HEX_SIZE];
	const char *source = "";
	size_t len = 0;

	(void)to;
	oid_format(from->oid, hex);
	(void)node_source(set, from, &source, &len);
	buf_printf(arg, "%s %d %o %u %u %llu %s (%.*s)\n", path, (int)from->kind, from->mode,
			from->uid, from->gid, (unsigned long long)from->size, hex, (int)len,
			source);
	return WALK_ENTER;
}

static void list(const struct writer_result *made, struct buf *out)
{
	assert_int_equal(walk_trees(set, made->root, PLACE_NONE, list_node, out), 0);
}

static void load_ls_tree(char *lines)
{
	char *line, *rest;

	for (line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		unsigned mode;
		char hex[64];
		const char *path = strchr(line, '\t') + 1;
		struct output *output;

		assert_int_equal(sscanf(line, "%o blob %40s", &mode, hex), 2); /* NOLINT */
		output = add(mode == 0120000 ? OUTPUT_LINK : OUTPUT_BLOB, path, path);
		assert_int_equal(oid_parse(hex, &output->oid), 0);
		output->mode = mode == 0100755 ? 0755 : 0644;
	}
}

/* What is in a repository has the tree id that it has there, and plain.c makes the same of it. */
static void as_plain_shows_it(void **state)
{
	struct oid commit = fixture_oid(
			"mkdir w; cd w; unset GIT_DIR; git init -q -b main; mkdir -p a/b/c d;"
			"echo x >a/b/c/x; printf '' >empty; head -c 300000 /dev/zero >large;"
			"echo '#!/bin/sh' >run; chmod +x run; ln -s a/b l; ln -s ../run d/up;"
			"echo x >'sp ace'; echo x >a.b; echo x >a0; cp run d/same; cp a0 d/a;"
			"git add .; git commit -qm all; git push -q ../r.git main;"
			"git rev-parse main");
	struct oid tree = fixture_oid("git rev-parse main^{tree}");
	struct writer_result made;
	struct generation plain;
	struct node root;
	struct store *store;
	char *lines;

	(void)state;
	lines = strdup(fixture_sh("git ls-tree -r main"));
	load_ls_tree(lines);
	free(lines);
	assemble_well(NULL, &made);
	assert_true(oid_equal(&made.tree, &tree));
	assert_int_equal(made.changed, outputs.count);

	job_done(&commit, 1, 0);
	store = open_state("state");
	load(store, 1, &plain);
	assert_true(oid_equal(&plain.tree, &made.tree));
	assert_int_equal(node_read(set, made.root, &root), 0);
	assert_int_equal(root.files, plain.files);
	assert_int_equal(root.size, plain.bytes);
	store_close(store);
}

static void as_git_has_it(void **state)
{
	struct writer_result made;
	struct oid want;

	(void)state;
	assemble_well(NULL, &made); /* nothing at all */
	want = fixture_oid("git mktree </dev/null");
	assert_true(oid_equal(&made.tree, &want));

	add_text("nginx/nginx.conf", "workers 4;\n");
	add_text("nginx/conf.d/site.conf", "listen 80;\n");
	add_text("nginx.d/x", "");
	add_text("run", "#!/bin/sh\n")->mode = 0750;
	add_text("secret", "s3cret")->mode = 0640;
	assemble_well(NULL, &made);
	want = fixture_oid("mkdir -p w/nginx/conf.d w/nginx.d; cd w; export GIT_DIR=../r.git;"
			   "export GIT_WORK_TREE=.; echo 'workers 4;' >nginx/nginx.conf;"
			   "echo 'listen 80;' >nginx/conf.d/site.conf; printf '' >nginx.d/x;"
			   "echo '#!/bin/sh' >run; chmod +x run; printf s3cret >secret;"
			   "git add .; git write-tree");
	assert_true(oid_equal(&made.tree, &want));
}

static void unchanged_adds_nothing(void **state)
{
	struct writer_result first, again;

	(void)state;
	add_text("a/b/c", "c\n");
	add_text("a/d", "d\n");
	add_text("e", "");
	assemble_well(NULL, &first);
	assemble_well(&first, &again);
	assert_true(again.root == first.root);
	assert_true(again.index == first.index);
	assert_true(oid_equal(&again.tree, &first.tree));
	assert_int_equal(again.changed, 0);
	assert_int_equal(again.next_dir, first.next_dir);
}

/* Everything that is shown makes a difference, the id of the tree only where Git's would. */
static void whatever_differs_is_new(void **state)
{
	struct writer_result first, next;
	struct output *output;
	struct node a, b;

	(void)state;
	add_text("keep/x", "x\n");
	output = add_text("file", "text\n");
	assemble_well(NULL, &first);
	for (int i = 0; i < 6; i++) {
		switch (i) {
		case 0:
			output = &outputs.items[0];
			assert_string_equal(output->path, "file");
			output->mode = 0640;
			break;
		case 1:
			output->uid = 13;
			break;
		case 2:
			output->gid = 35;
			break;
		case 3:
			output->is_secret = true;
			break;
		case 4:
			free(output->source);
			output->source = strdup("other.j2");
			break;
		default:
			assert_int_equal(output_set_text(output, strdup("test\n"), 5), 0);
		}
		assemble_well(&first, &next);
		assert_int_equal(next.changed, 1);
		assert_int_equal(oid_equal(&next.tree, &first.tree), i < 5);
		assert_int_equal(node_walk(set, first.root, "keep", &a), 0);
		assert_int_equal(node_walk(set, next.root, "keep", &b), 0);
		assert_true(a.at == b.at);
		assert_int_equal(node_walk(set, first.root, "file", &a), 0);
		assert_int_equal(node_walk(set, next.root, "file", &b), 0);
		assert_true(a.at != b.at);
		assert_int_equal(a.data == b.data, i < 5);
		assert_int_equal(b.is_secret, i >= 3);
		first = next;
	}
}

static uint32_t seed = 99;

static uint32_t pick(uint32_t count)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % count;
}

/* Files at random paths, none where another one has a folder. */
static void add_random(void)
{
	static const char *const paths[] = {"a", "b/a", "b/b", "b/c/d", "b.d/x", "c/c/c/c", "c/d",
			"d", "e/e", "e/f/g", "f", "g/a/b"};
	static const char *const others[] = {"a/a", "a/b/c", "b", "c/c", "d/d", "e", "f/f/f"};
	bool is_other = pick(3) == 0;
	const char *const *from = is_other ? others : paths;
	size_t count = is_other ? sizeof(others) / sizeof(others[0])
				: sizeof(paths) / sizeof(paths[0]);

	outputs_release(&outputs);
	for (size_t i = 0; i < count; i++) {
		struct output *output;

		if (pick(4) == 0)
			continue;
		output = add_text(from[i], pick(2) ? "one\n" : pick(2) ? "two\n" : "");
		output->mode = pick(8) ? 0644 : 0600;
	}
}

static void upon_a_base_as_from_nothing(void **state)
{
	struct writer_result base = {0}, next, fresh;

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct buf got = BUF_INIT, want = BUF_INIT;

		add_random();
		assemble_well(i % 50 ? &base : NULL, &next);
		assemble_well(NULL, &fresh);
		list(&next, &got);
		list(&fresh, &want);
		assert_string_equal(buf_str(&got), buf_str(&want));
		assert_true(oid_equal(&next.tree, &fresh.tree));
		buf_release(&got);
		buf_release(&want);
		base = next;
	}
}

static void texts_of_earlier(void **state)
{
	struct writer_result first, next, fresh;
	struct buf got = BUF_INIT, want = BUF_INIT;

	(void)state;
	add_text("a/x", "x\n");
	add_text("y", "y\n");
	assemble_well(NULL, &first);
	assemble_well(NULL, &fresh);
	free(outputs.items[0].text);
	outputs.items[0].text = NULL;
	assert_int_equal(assemble(NULL, first.root, &next), 0);
	list(&next, &got);
	list(&fresh, &want);
	assert_string_equal(buf_str(&got), buf_str(&want));
	buf_release(&got);
	buf_release(&want);

	assert_int_equal(assemble(NULL, PLACE_NONE, &next), -EIO);
	outputs.items[0].oid.bytes[0]++;
	assert_int_equal(assemble(NULL, first.root, &next), -EIO);
}

static void expect(const char *want)
{
	struct buf text = BUF_INIT;
	struct writer_result made;

	assert_int_equal(assemble(NULL, PLACE_NONE, &made), 0);
	diag_sort(&findings);
	diag_format(&findings, &text);
	assert_string_equal(buf_str(&text), want);
	buf_release(&text);
	outputs_release(&outputs);
}

static void findings_of_all_kinds(void **state)
{
	(void)state;
	add_text("a", "");
	add(OUTPUT_LINK, "a", "other");
	add_text("b", "");
	add_text("b/c", "");
	add_text("b/d/e", "");
	add_text("b-", "");
	outputs_sort(&outputs);
	free(outputs.items[0].source); /* which of two equal ones comes first is nobody's promise */
	outputs.items[0].source = strdup("template.j2");
	free(outputs.items[1].source);
	outputs.items[1].source = strdup("template.j2");
	expect("template.j2: 'template.j2' is shown as the file 'b', so there can be no folder "
	       "there\n"
	       "template.j2: 'template.j2' is shown as the file 'b', so there can be no folder "
	       "there\n"
	       "template.j2: 'template.j2' is shown at 'a' already\n");

	add_text(".status", "");
	add_text(".refmount/x", "");
	add_text(".refmount/y", "");
	add_text("deep/.status", "");
	expect(".refmount: the mount itself shows something of that name\n"
	       ".status: the mount itself shows something of that name\n");

	add_text("a/../b", "");
	add_text("x/.git/config", "");
	expect("a/..: a name that stands for a folder ('.' or '..')\n"
	       "x/.git: a name that is '.git', or is taken for it by some file system\n");
}

static void over_limits(void **state)
{
	(void)state;
	limits.path_bytes = 5;
	add_text("abcde", "");
	add_text("abcdef", "");
	add_text("folder/x", "");
	expect("abcdef: the path is longer than 5 bytes\nfolder: the path is longer than 5 "
	       "bytes\n");

	limits = (struct job_limits)JOB_LIMITS_DEFAULT;
	limits.depth = 2;
	add_text("a/b/c", "");
	add_text("a/b/c.d/e", "");
	add_text("a/b/c.d/f", "");
	expect("a/b/c.d: the folder lies more than 2 folders deep\n");

	limits = (struct job_limits)JOB_LIMITS_DEFAULT;
	limits.files = 2;
	add_text("a", "");
	add_text("b", "");
	add_text("c", "");
	expect("more than 2 files in all\n");

	limits = (struct job_limits)JOB_LIMITS_DEFAULT;
	limits.total_bytes = 5;
	add_text("a", "123");
	add_text("b", "456");
	expect("more than 5 bytes in all\n");
}

static void warns_of_twins(void **state)
{
	(void)state;
	add_text("d/File", "");
	add_text("d/file", "");
	expect("d/file: warning: differs from 'File' only in case: some systems take them for one "
	       "file\n");
}

#define ASSEMBLE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			ASSEMBLE_TEST(as_plain_shows_it),
			ASSEMBLE_TEST(as_git_has_it),
			ASSEMBLE_TEST(unchanged_adds_nothing),
			ASSEMBLE_TEST(whatever_differs_is_new),
			ASSEMBLE_TEST(upon_a_base_as_from_nothing),
			ASSEMBLE_TEST(texts_of_earlier),
			ASSEMBLE_TEST(findings_of_all_kinds),
			ASSEMBLE_TEST(over_limits),
			ASSEMBLE_TEST(warns_of_twins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
