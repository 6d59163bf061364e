#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/engine/history.h"
#include "src/engine/hold.h"
#include "src/engine/hooks.h"
#include "src/engine/kept.h"
#include "src/engine/overlay.h"
#include "src/engine/readers.h"
#include "src/engine/saved.h"
#include "src/engine/status.h"
#include "src/snap/generation.h"
#include "src/snap/index.h"
#include "src/snap/node.h"
#include "src/trust/verdict.h"

#define HEX_1 "1111111111111111111111111111111111111111"
#define HEX_2 "2222222222222222222222222222222222222222"
#define HEX_3 "abababababababababababababababababababab"

/* What FACTS borrow. */
struct scene {
	struct generation generation;
	struct hold hold;
	struct last_sync sync;
	struct last_switch last;
	struct diag findings;
	struct readers readers;
	struct facts facts;
};

static const struct buf no_delta = BUF_INIT, no_leases = BUF_INIT;

static struct oid commit(const char *hex)
{
	struct oid oid;

	assert_int_equal(oid_parse(hex, &oid), 0);
	return oid;
}

static void calm(struct scene *scene)
{
	*scene = (struct scene){0};
	scene->generation.number = 7;
	scene->generation.commit = commit(HEX_1);
	scene->generation.tree = commit(HEX_3);
	scene->generation.time = 1795425164;
	strcpy(scene->generation.author, "A U Thor <author@example.com>");
	strcpy(scene->generation.subject, "Raise nginx worker count");
	scene->generation.files = 1234;
	scene->generation.bytes = 5678901;
	scene->sync.time = scene->sync.ok_time = 1795425195;
	scene->last = (struct last_switch){1795425165, commit(HEX_2), commit(HEX_1), 3, 4, 250, 12};
	scene->facts = (struct facts){
			.mount = "/srv/config",
			.source = "/srv/git/config.git",
			.ref = "refs/heads/main",
			.of_node = "env=prod\nzone=7\n",
			.generation = &scene->generation,
			.served_since = 1795425165,
			.desired = commit(HEX_1),
			.hold = &scene->hold,
			.last_sync = &scene->sync,
			.last_switch = &scene->last,
			.findings = &scene->findings,
			.delta = &no_delta,
			.leases = &no_leases,
			.keeper = 4101,
			.server = 4102,
			.engine = 4103,
			.readers = &scene->readers,
			.no_readers = "not mounted by root",
			.no_leases = "turned off (lease=0)",
	};
}

/* An empty history; its folder is gone at once, it is only read. */
static struct history *no_history(void)
{
	char dir[] = "/tmp/engine_status.XXXXXX";
	struct history *history = NULL;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(history_open(dir, &history, NULL), 0);
	(void)rmdir(dir);
	return history;
}

static void make(const struct scene *scene, struct texts *texts)
{
	struct history *history = no_history();

	assert_int_equal(status_texts(&scene->facts, history, texts), 0);
	history_free(history);
}

static void as_the_interface_says(void **state)
{
	struct texts texts = TEXTS_INIT;
	struct scene scene;

	(void)state;
	calm(&scene);
	make(&scene, &texts);
	assert_string_equal(buf_str(&texts.of[TEXT_STATUS]),
			"mount: /srv/config\n"
			"source: /srv/git/config.git\n"
			"ref: refs/heads/main\n"
			"facts: {env: prod, zone: '7'}\n"
			"revision: '" HEX_1 "'\n"
			"tree: " HEX_3 "\n"
			"subject: Raise nginx worker count\n"
			"author: A U Thor <author@example.com>\n"
			"committed: 2026-11-23T09:12:44Z\n"
			"signer: null\n"
			"served_since: 2026-11-23T09:12:45Z\n"
			"sync: Synced\n"
			"health: Healthy\n"
			"desired: '" HEX_1 "'\n"
			"behind: 0\n"
			"hold: null\n"
			"last_sync: {time: 2026-11-23T09:13:15Z, result: ok}\n"
			"last_switch:\n"
			"  time: 2026-11-23T09:12:45Z\n"
			"  from: '" HEX_2 "'\n"
			"  to: '" HEX_1 "'\n"
			"  changed: 3\n"
			"  took_ms: 4\n"
			"  flip_us: 250\n"
			"  rendered: 12\n"
			"findings: []\n"
			"hooks: []\n"
			"probation: null\n"
			"drift: {revision: false, files: 0, readers: 0}\n"
			"files: 1234\n"
			"bytes: 5678901\n"
			"processes: {keeper: 4101, server: 4102, engine: 4103, http: 0, restarts: "
			"0}\n"
			"features:\n"
			"  watchers: true\n"
			"  leases: false\n"
			"  leases_reason: turned off (lease=0)\n"
			"  readers: false\n"
			"  readers_reason: not mounted by root\n"
			"  sandbox: true\n"
			"  http: true\n");
	assert_string_equal(buf_str(&texts.of[TEXT_DRIFT]),
			"sync: Synced\n"
			"revision:\n"
			"  served: '" HEX_1 "'\n"
			"  desired: '" HEX_1 "'\n"
			"  behind: 0\n"
			"  since: null\n"
			"  reason: null\n"
			"files: []\n"
			"readers: []\n");
	assert_string_equal(buf_str(&texts.of[TEXT_REVISION]), HEX_1 "\n");
	assert_string_equal(buf_str(&texts.of[TEXT_HISTORY]), "");
	assert_string_equal(buf_str(&texts.of[TEXT_HISTORY_JSON]), "[]\n");
	assert_string_equal(buf_str(&texts.of[TEXT_READERS]), "# not known: not mounted by root\n");
	texts_release(&texts);
}

static void assert_words(
		const struct scene *scene, const char *sync, const char *health, const char *reason)
{
	struct buf text = BUF_INIT;

	assert_string_equal(status_sync(&scene->facts), sync);
	assert_string_equal(status_health(&scene->facts), health);
	status_reason(&scene->facts, &text);
	assert_string_equal(buf_str(&text), reason);
	buf_release(&text);
}

static void words(void **state)
{
	struct scene scene;

	(void)state;
	calm(&scene);
	assert_words(&scene, "Synced", "Healthy", "");
	scene.facts.notice = "the server was restarted";
	assert_words(&scene, "Synced", "Degraded", "the server was restarted");
	strcpy(scene.sync.error, "no such repository");
	assert_words(&scene, "Synced", "Degraded", "no such repository; the server was restarted");
	scene.facts.is_silent = true;
	assert_words(&scene, "Unknown", "Degraded", "no such repository; the server was restarted");
	calm(&scene);
	scene.facts.is_aged = true;
	assert_words(&scene, "Synced", "Degraded",
			"no contact with the source for longer than max_age");
	calm(&scene);
	scene.facts.desired = commit(HEX_2);
	assert_words(&scene, "OutOfSync", "Progressing", "a newer revision is on its way");
	scene.facts.is_building = true;
	assert_words(&scene, "OutOfSync", "Progressing", "a newer revision is being built");
	scene.facts.is_building = false;
	scene.facts.problem = "no space left";
	assert_words(&scene, "OutOfSync", "Degraded", "no space left");
	scene.facts.problem = NULL;
	scene.facts.rejected = commit(HEX_2);
	diag_add(&scene.findings, DIAG_ERROR, "a.yaml", 3, 0, "bad");
	assert_words(&scene, "OutOfSync", "Degraded",
			"the newest revision was rejected: a.yaml:3: bad");
	scene.facts.desired = scene.facts.rejected = commit(HEX_1); /* other secrets by now */
	assert_words(&scene, "Synced", "Degraded",
			"the newest revision was rejected: a.yaml:3: bad");
	scene.facts.desired = scene.facts.rejected = commit(HEX_2);
	scene.hold.is_active = true;
	strcpy(scene.hold.by, "root");
	strcpy(scene.hold.reason, "incident 7");
	assert_words(&scene, "OutOfSync", "Suspended", "held by root: incident 7");
	diag_release(&scene.findings);
	calm(&scene);
	scene.facts.doubt = "not trusted any more";
	assert_words(&scene, "Synced", "Degraded", "not trusted any more");
	calm(&scene);
	scene.facts.desired = (struct oid){0};
	assert_words(&scene, "Unknown", "Unknown", "the source was not asked yet");
}

/* What .status says of SCENE holds TEXT. */
static void says(const struct scene *scene, const char *text)
{
	struct texts texts = TEXTS_INIT;

	make(scene, &texts);
	if (!strstr(buf_str(&texts.of[TEXT_STATUS]), text))
		assert_string_equal(buf_str(&texts.of[TEXT_STATUS]), text);
	texts_release(&texts);
}

static void hooks_and_probation(void **state)
{
	const struct hook_report hooks[] = {
			{"nginx", "failed", 1795425164, "exited with 1"},
			{"b", "idle", 0, NULL},
	};
	struct scene scene;

	(void)state;
	calm(&scene);
	scene.facts.hooks = hooks;
	scene.facts.hook_count = 2;
	scene.facts.hook_trouble = "hook 'nginx': exited with 1";
	scene.facts.probation_until = 1795425165;
	scene.facts.fallback = commit(HEX_2);
	says(&scene, "health: Degraded\nreason: 'hook ''nginx'': exited with 1'\n");
	says(&scene,
			"hooks:\n"
			"  - {name: nginx, state: failed, at: 2026-11-23T09:12:44Z, message: "
			"exited "
			"with 1}\n"
			"  - {name: b, state: idle, at: null, message: null}\n"
			"probation: {until: 2026-11-23T09:12:45Z, fallback: '" HEX_2 "'}\n");
	scene.facts.hook_trouble = "";
	says(&scene, "health: Progressing\nreason: on probation until 2026-11-23T09:12:45Z\n");
	scene.facts.is_checking = true;
	says(&scene, "health: Progressing\nreason: a newer revision is being checked\n");
}

static void who_signed(void **state)
{
	const struct signer alice = {.name = "alice@example.com",
			.key = "SHA256:x",
			.kind = "ssh",
			.time = 1795425164};
	struct scene scene;

	(void)state;
	calm(&scene);
	scene.facts.signer = &alice;
	says(&scene,
			"signer: {name: alice@example.com, key: SHA256:x, kind: ssh, time: "
			"2026-11-23T09:12:44Z}\n");
	scene.facts.doubt = "not trusted any more";
	says(&scene, "findings:\n  - {message: not trusted any more}\n");
}

static void findings_are_those_of_the_desired_revision(void **state)
{
	struct texts texts = TEXTS_INIT;
	struct scene scene;

	(void)state;
	calm(&scene);
	scene.facts.rejected = commit(HEX_2);
	diag_add(&scene.findings, DIAG_ERROR, "a.yaml", 3, 9, "bad: 'x'");
	make(&scene, &texts);
	assert_non_null(strstr(buf_str(&texts.of[TEXT_STATUS]), "findings: []\n"));
	texts_release(&texts);
	scene.facts.desired = commit(HEX_2);
	scene.facts.behind = 1;
	make(&scene, &texts);
	assert_non_null(strstr(buf_str(&texts.of[TEXT_STATUS]), "message: "));
	assert_non_null(strstr(buf_str(&texts.of[TEXT_STATUS]), "behind: 1\n"));
	assert_non_null(strstr(
			buf_str(&texts.of[TEXT_STATUS]), "drift: {revision: true, files: 0"));
	assert_non_null(strstr(buf_str(&texts.of[TEXT_DRIFT]), "rejected: a.yaml:3:9: bad: ''x''"));
	texts_release(&texts);
	diag_release(&scene.findings);
}

/* --- the overlay --- */

static void assert_content(const struct segment_set *set, place root, const char *path,
		enum node_kind kind, const char *want)
{
	struct node node;
	const void *data;
	int64_t len;

	assert_int_equal(node_walk(set, root, path, &node), 0);
	assert_int_equal(node.kind, kind);
	len = node_data(set, &node, 0, node.size, &data);
	assert_int_equal(len, strlen(want));
	assert_memory_equal(data, want, strlen(want));
}

static void assert_dir(const struct segment_set *set, place index, uint32_t dir, const char *path)
{
	struct buf text = BUF_INIT;
	struct node node;
	place at;

	assert_int_equal(index_find(set, index, dir, &at), 0);
	assert_int_equal(node_read(set, at, &node), 0);
	assert_int_equal(node.dir, dir);
	assert_int_equal(node_path(set, index, &node, &text), 0);
	assert_string_equal(buf_str(&text), path);
	buf_release(&text);
}

static void overlay_can_be_walked(void **state)
{
	struct texts texts = TEXTS_INIT;
	struct kept kept = KEPT_INIT;
	struct segment_set *set = segment_set_new();
	struct segment *segment = NULL;
	struct overlay overlay;
	struct overlay_spec spec = {
			.number = SEGMENT_OVERLAY | 5,
			.time = 1795425195,
			.texts = &texts,
			.kept = &kept,
			.current = commit(HEX_1),
			.previous = commit(HEX_2),
	};
	struct scene scene;
	struct node node;

	(void)state;
	calm(&scene);
	make(&scene, &texts);
	assert_non_null(kept_add(&kept, &scene.generation));
	scene.generation.number = 8; /* the same commit, built again */
	assert_non_null(kept_add(&kept, &scene.generation));
	assert_int_equal(overlay_make(&spec, &overlay, NULL), 0);
	assert_int_equal(segment_map(overlay.fd, spec.number,
					 SEGMENT_VERIFY_META | SEGMENT_VERIFY_DATA, &segment, NULL),
			0);
	assert_int_equal(segment_set_add(set, segment), 0);
	assert_content(set, overlay.root, ".status", NODE_FILE, buf_str(&texts.of[TEXT_STATUS]));
	assert_content(set, overlay.root, ".drift", NODE_FILE, buf_str(&texts.of[TEXT_DRIFT]));
	assert_content(set, overlay.root, ".refmount/revision", NODE_FILE, HEX_1 "\n");
	assert_content(set, overlay.root, ".refmount/status.json", NODE_FILE,
			buf_str(&texts.of[TEXT_STATUS_JSON]));
	assert_content(set, overlay.root, ".refmount/history", NODE_FILE, "");
	assert_content(set, overlay.root, ".refmount/readers", NODE_FILE,
			buf_str(&texts.of[TEXT_READERS]));
	assert_content(set, overlay.root, ".refmount/at/current", NODE_LINK, HEX_1);
	assert_content(set, overlay.root, ".refmount/at/previous", NODE_LINK, HEX_2);
	assert_int_equal(node_walk(set, overlay.root, ".refmount/at/" HEX_1, &node), 0);
	assert_int_equal(node.kind, NODE_PIN);
	assert_int_equal(node.generation, 8);
	assert_int_equal(node_walk(set, overlay.root, ".refmount/at/" HEX_2, &node), -ENOENT);
	assert_dir(set, overlay.index, 1, "");
	assert_dir(set, overlay.index, 2, ".refmount");
	assert_dir(set, overlay.index, 3, ".refmount/at");
	segment_set_free(set);
	(void)close(overlay.fd);
	kept_release(&kept);
	texts_release(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(as_the_interface_says),
			cmocka_unit_test(words),
			cmocka_unit_test(hooks_and_probation),
			cmocka_unit_test(who_signed),
			cmocka_unit_test(findings_are_those_of_the_desired_revision),
			cmocka_unit_test(overlay_can_be_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
