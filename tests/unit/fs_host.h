/*
 * For the unit tests of fs that need a real mount: this very program is keeper, server and engine as
 * well (by argv[0], as in life), in a mount namespace of its own. The engine only relays messages, so
 * the test itself says what is published. Skipped without privileges or without /dev/fuse.
 */
#ifndef TEST_FS_HOST_H
#define TEST_FS_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fs/roles.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"
#include "src/link/message.h"
#include "src/link/settings.h"
#include "src/link/state.h"
#include "src/snap/builder.h"
#include "src/snap/index.h"
#include "src/snap/node.h"
#include "src/snap/segment.h"

#define HOST_WAIT_MS   60000 /* only a failure takes so long */
#define HOST_LINES     64    /* each says version, folder and file */
#define HOST_LINE_SIZE 20
#define HOST_FIRST_DIR 16u

/* A tree of `dirs` folders with `files` files each, and the versions of it. */
struct model {
	struct segment_set *set;
	uint32_t dirs, files;
	uint32_t generation, overlays;
	uint32_t *version; /* of each file; 0: there is none */
	place *file_at;	   /* its record */
	place *dir_at;	   /* PLACE_NONE: the folder is gone */
	place root, index;
};

struct host {
	char dir[64], mountpoint[80], socket_name[64];
	struct settings settings;
	int listener, engine, report;
	pid_t keeper;
	struct state *state;
	struct model model;
	uint64_t tag;
	struct message in, out;
};

static inline void nap_ms(long ms)
{
	const struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	(void)nanosleep(&time, NULL);
}

/* --- the relay that stands for the engine --- */

static inline socklen_t abstract_name(const char *name, struct sockaddr_un *out)
{
	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	(void)snprintf(out->sun_path + 1, sizeof(out->sun_path) - 1, "%s", name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}

static inline bool relay_one(int from, int to)
{
	static struct message message;
	int fd = -1, rc = message_receive(from, &message, &fd);

	if (rc == -EAGAIN)
		return true;
	if (rc < 0)
		return false;
	rc = message_send(to, &message, fd);
	if (fd >= 0)
		(void)close(fd);
	return rc == 0;
}

static inline int relay_main(void)
{
	struct message first = {.type = MESSAGE_SEGMENT};
	struct pollfd fds[2] = {{.fd = 4, .events = POLLIN}, {.events = POLLIN}};
	struct settings settings;
	struct sockaddr_un name;
	int test = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (settings_load(3, &settings, NULL) < 0)
		return 1;
	if (connect(test, (void *)&name, abstract_name(settings.source, &name)) < 0)
		return 1;
	settings_release(&settings);
	if (message_send(test, &first, 5) < 0) /* the test looks into the state, too */
		return 1;
	fds[1].fd = test;
	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents && !relay_one(4, test))
			return 0;
		if (fds[1].revents && !relay_one(test, 4))
			return 0;
	}
}

/* While it exists, servers of that keeper end by themselves as soon as they are started. */
static inline void host_ending_path(pid_t keeper, char out[64])
{
	(void)snprintf(out, 64, "/tmp/refmount-test-ending-%d", (int)keeper);
}

static inline bool host_server_is_to_end(void)
{
	char path[64];

	host_ending_path(getppid(), path);
	return access(path, F_OK) == 0;
}

static inline int host_role(char **argv)
{
	if (strncmp(argv[0], "refmount: keeper ", 17) == 0)
		return keeper_main(argv[0] + 17);
	if (strncmp(argv[0], "refmount: server ", 17) == 0)
		return host_server_is_to_end() ? 0 : server_main(argv[0] + 17);
	if (strncmp(argv[0], "refmount: engine ", 17) == 0)
		return relay_main();
	return -1;
}

/* --- model --- */

static inline struct node_spec host_spec(const char *name, uint32_t parent, uint32_t mode)
{
	return (struct node_spec){
			.name = name, .name_len = strlen(name), .mode = mode, .parent = parent};
}

static inline void model_init(struct model *model, uint32_t dirs, uint32_t files)
{
	memset(model, 0, sizeof(*model));
	model->set = segment_set_new();
	model->dirs = dirs;
	model->files = files;
	model->version = calloc((size_t)dirs * files, sizeof(uint32_t));
	model->file_at = calloc((size_t)dirs * files, sizeof(place));
	model->dir_at = calloc(dirs, sizeof(place));
}

static inline void model_release(struct model *model)
{
	segment_set_free(model->set);
	free(model->version);
	free(model->file_at);
	free(model->dir_at);
}

static inline void model_text(char text[HOST_LINES * HOST_LINE_SIZE + 1], uint32_t version,
		uint32_t dir, uint32_t file)
{
	unsigned i;

	for (i = 0; i < HOST_LINES; i++)
		(void)snprintf(text + i * HOST_LINE_SIZE, HOST_LINE_SIZE + 1, "%09u %04u %04u\n",
				version, dir % 10000, file % 10000);
}

static inline struct builder *model_begin(struct model *model, uint32_t number, int *fd)
{
	struct revision revision = {.time = 1700000000 + (number & 0xffff)};
	struct builder *builder;

	revision.commit.bytes[0] = (uint8_t)number;
	*fd = memfd_create("segment", MFD_CLOEXEC);
	assert_int_equal(builder_new(*fd, number, model->set, &revision, &builder, NULL), 0);
	return builder;
}

static inline void model_finish(
		struct model *model, struct builder *builder, uint32_t number, int fd)
{
	struct segment *segment;

	assert_int_equal(builder_seal(builder, NULL), 0);
	builder_free(builder);
	assert_int_equal(segment_map(fd, number, 0, &segment, NULL), 0);
	assert_int_equal(segment_set_add(model->set, segment), 0);
}

static inline void model_put_file(struct model *model, struct builder *builder, uint32_t i)
{
	char text[HOST_LINES * HOST_LINE_SIZE + 1], name[16];
	uint32_t dir = i / model->files, file = i % model->files;
	struct node_spec spec;

	model_text(text, model->version[i], dir, file);
	(void)snprintf(name, sizeof(name), "f%05u", file);
	spec = host_spec(name, HOST_FIRST_DIR + dir, 0644);
	spec.oid.bytes[0] = (uint8_t)model->version[i];
	spec.oid.bytes[1] = (uint8_t)(model->version[i] >> 8);
	spec.oid.bytes[2] = (uint8_t)i;
	model->file_at[i] = builder_file(builder, NODE_FILE, &spec,
			builder_data(builder, text, sizeof(text) - 1), sizeof(text) - 1, NULL);
}

static inline void model_put_dir(struct model *model, struct builder *builder, uint32_t dir)
{
	place *entries = calloc(model->files, sizeof(place));
	uint32_t i, count = 0;
	struct node_spec spec;
	char name[16];

	for (i = dir * model->files; i < (dir + 1) * model->files; i++) {
		if (model->version[i])
			entries[count++] = model->file_at[i];
	}
	(void)snprintf(name, sizeof(name), "d%04u", dir);
	spec = host_spec(name, 1, 0755);
	model->dir_at[dir] = builder_dir(builder, &spec, HOST_FIRST_DIR + dir, entries, count);
	free(entries);
}

static inline void model_put_root(struct model *model, struct builder *builder, const bool *changed)
{
	struct index_change *changes = calloc(model->dirs + 1, sizeof(*changes));
	place *entries = calloc(model->dirs, sizeof(place));
	struct node_spec spec = host_spec("", 0, 0755);
	uint32_t i, count = 0, change_count = 1;

	for (i = 0; i < model->dirs; i++) {
		if (model->dir_at[i])
			entries[count++] = model->dir_at[i];
		if (changed[i])
			changes[change_count++] =
					(struct index_change){HOST_FIRST_DIR + i, model->dir_at[i]};
	}
	model->root = builder_dir(builder, &spec, 1, entries, count);
	changes[0] = (struct index_change){1, model->root};
	assert_int_equal(index_update(builder, model->index, changes, change_count, &model->index),
			0);
	free(entries);
	free(changes);
}

/*
 * The next generation: files of which CHANGED says true get its number as their version (or vanish, if
 * it is negative), folder GONE vanishes (-1: none). Returns the segment's descriptor.
 */
static inline int model_commit(
		struct model *model, int (*changed)(uint32_t index, void *arg), void *arg, int gone)
{
	uint32_t i, number = ++model->generation;
	bool *dirs = calloc(model->dirs, sizeof(bool));
	struct builder *builder;
	int fd, what;

	builder = model_begin(model, number, &fd);
	for (i = 0; i < model->dirs * model->files; i++) {
		what = changed(i, arg);
		if (what == 0)
			continue;
		model->version[i] = what > 0 ? number : 0;
		if (what > 0)
			model_put_file(model, builder, i);
		dirs[i / model->files] = true;
	}
	for (i = 0; i < model->dirs; i++) {
		if ((int)i == gone) {
			model->dir_at[i] = PLACE_NONE;
			dirs[i] = true;
		} else if (dirs[i]) {
			model_put_dir(model, builder, i);
		}
	}
	model_put_root(model, builder, dirs);
	model_finish(model, builder, number, fd);
	free(dirs);
	return fd;
}

/* The virtual files, as far as they matter here. */
static inline int model_overlay(struct model *model, struct view *view, uint32_t *number)
{
	struct index_change changes[3];
	struct node_spec spec;
	struct builder *builder;
	place entries[4], at[2];
	char text[64], name[64];
	int fd, len;

	*number = SEGMENT_OVERLAY | ++model->overlays;
	builder = model_begin(model, *number, &fd);
	len = snprintf(text, sizeof(text), "generation: %u\n", model->generation);
	spec = host_spec(".status", 1, 0444);
	entries[0] = builder_file(builder, NODE_FILE, &spec,
			builder_data(builder, text, (uint64_t)len), (uint64_t)len, NULL);
	(void)snprintf(name, sizeof(name), "%040u", model->generation);
	spec = host_spec(name, 3, 0555);
	at[0] = builder_pin(builder, &spec, model->generation);
	spec = host_spec("current", 3, 0777);
	at[1] = builder_file(builder, NODE_LINK, &spec, builder_data(builder, name, strlen(name)),
			strlen(name), NULL);
	spec = host_spec("at", 2, 0555);
	changes[2] = (struct index_change){3, builder_dir(builder, &spec, 3, at, 2)};
	spec = host_spec(".refmount", 1, 0555);
	changes[1] = (struct index_change){2, builder_dir(builder, &spec, 2, &changes[2].to, 1)};
	entries[1] = changes[1].to;
	spec = host_spec("", 0, 0555);
	changes[0] = (struct index_change){1, builder_dir(builder, &spec, 1, entries, 2)};
	view->overlay = changes[0].to;
	assert_int_equal(index_update(builder, PLACE_NONE, changes, 3, &view->overlay_index), 0);
	model_finish(model, builder, *number, fd);
	return fd;
}

/* --- host --- */

static inline bool host_enter_namespace(void)
{
	if (access("/dev/fuse", R_OK | W_OK) < 0 || unshare(CLONE_NEWNS) < 0)
		return false;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool has_fuse;

#define NEEDS_FUSE()                                                                               \
	do {                                                                                       \
		if (!has_fuse)                                                                     \
			skip();                                                                    \
	} while (0)

/* First of all in main(): a process that was started for a role does not come back. */
static inline void host_begin(char **argv)
{
	int rc = host_role(argv);

	if (rc >= 0)
		exit(rc);
	has_fuse = host_enter_namespace();
}

static inline void host_start_keeper(struct host *host)
{
	const char *argv[] = {"refmount: keeper test", NULL};
	struct proc_spec spec = {.argv = argv, .fd_count = 2, .death_signal = SIGTERM};
	int fd, report[2];

	assert_int_equal(settings_store(&host->settings, &fd, NULL), 0);
	assert_int_equal(pipe2(report, O_CLOEXEC), 0);
	spec.fds[0] = fd;
	spec.fds[1] = report[1];
	assert_int_equal(proc_spawn(&spec, &host->keeper, NULL), 0);
	(void)close(fd);
	(void)close(report[1]);
	host->report = report[0];
}

static inline void host_receive(struct host *host, uint32_t type, int *fd)
{
	struct pollfd poller = {.fd = host->engine, .events = POLLIN};
	int got = -1;

	do {
		if (got >= 0)
			(void)close(got);
		assert_int_equal(poll(&poller, 1, HOST_WAIT_MS), 1);
		assert_int_equal(message_receive(host->engine, &host->in, &got), 0);
	} while (host->in.type != type);
	if (fd)
		*fd = got;
	else if (got >= 0)
		(void)close(got);
}

/* Read away what has come, so that the relay is not held up. */
static inline void host_drain(struct host *host)
{
	struct pollfd poller = {.fd = host->engine, .events = POLLIN};
	int fd = -1;

	while (poll(&poller, 1, 0) == 1 && message_receive(host->engine, &host->in, &fd) == 0) {
		if (fd >= 0)
			(void)close(fd);
	}
}

static inline void host_accept_engine(struct host *host)
{
	int fd;

	host->engine = accept4(host->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(host->engine >= 0);
	host_receive(host, MESSAGE_SEGMENT, &fd);
	state_unmap(host->state);
	assert_int_equal(state_map(fd, &host->state, NULL), 0);
	(void)close(fd);
	host_receive(host, MESSAGE_HELLO, NULL);
}

static uint32_t host_lease_ms; /* of the next host: 0, none, so that all see a switch at once */

/* Everything but the keeper. */
static inline void host_prepare(struct host *host, uint32_t dirs, uint32_t files)
{
	static unsigned serial;
	struct sockaddr_un name;
	char path[256];
	ssize_t len;

	memset(host, 0, sizeof(*host));
	host->engine = -1;
	(void)snprintf(host->dir, sizeof(host->dir), "/tmp/refmount-test-XXXXXX");
	assert_non_null(mkdtemp(host->dir));
	(void)snprintf(host->mountpoint, sizeof(host->mountpoint), "%s/mnt", host->dir);
	assert_int_equal(mkdir(host->mountpoint, 0755), 0);
	(void)snprintf(host->socket_name, sizeof(host->socket_name), "refmount-test-%d-%u",
			getpid(), serial++);
	host->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(host->listener, (void *)&name,
					 abstract_name(host->socket_name, &name)),
			0);
	assert_int_equal(listen(host->listener, 5), 0);

	host->settings = (struct settings)SETTINGS_INIT;
	host->settings.name = strdup("test");
	host->settings.source = strdup(host->socket_name);
	host->settings.ref = strdup("main");
	host->settings.mountpoint = strdup(host->mountpoint);
	(void)snprintf(path, sizeof(path), "%s/state", host->dir);
	host->settings.state_dir = strdup(path);
	(void)snprintf(path, sizeof(path), "%s/run", host->dir);
	host->settings.run_dir = strdup(path);
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[len] = '\0';
	host->settings.program = strdup(path);
	host->settings.allow_other = true;
	host->settings.lease_ms = host_lease_ms;
	host->settings.foreground = getenv("HOST_LOG") != NULL;
	model_init(&host->model, dirs, files);
}

static inline void host_start(struct host *host, uint32_t dirs, uint32_t files)
{
	host_prepare(host, dirs, files);
	host_start_keeper(host);
	host_accept_engine(host);
}

static inline void host_send(struct host *host, int fd)
{
	assert_int_equal(message_send(host->engine, &host->out, fd), 0);
}

static inline void host_send_segment(
		struct host *host, uint32_t number, int fd /* takes ownership */)
{
	host->out.type = MESSAGE_SEGMENT;
	host->out.number = number;
	host_send(host, fd);
	(void)close(fd);
}

/* Offer the model's state of affairs; the answer is in host->in. */
static inline void host_publish(struct host *host, int segment /* takes ownership; -1: none */)
{
	struct view view = {.generation = host->model.generation,
			.root = host->model.root,
			.index = host->model.index};
	uint32_t overlay;
	int fd;

	fd = model_overlay(&host->model, &view, &overlay);
	if (segment >= 0)
		host_send_segment(host, host->model.generation, segment);
	host_send_segment(host, overlay, fd);
	host->out.type = MESSAGE_GENERATION;
	host->out.view = view;
	host_send(host, -1);
	host->out.type = MESSAGE_PUBLISH;
	host->out.tag = ++host->tag;
	host_send(host, -1);
}

static inline void host_wait_published(struct host *host)
{
	do {
		host_receive(host, MESSAGE_PUBLISHED, NULL);
	} while (host->in.tag != host->tag);
	assert_int_equal(host->in.code, 0);
}

static inline void host_drop(struct host *host, uint32_t type, uint32_t number)
{
	host->out.type = type;
	host->out.number = number;
	host_send(host, -1);
}

static inline int all_change(uint32_t index, void *arg)
{
	(void)index;
	(void)arg;
	return 1;
}

/* The first *ARG files, spread over the folders as they come. */
static inline int first_change(uint32_t index, void *arg)
{
	return index < *(const uint32_t *)arg;
}

static inline void host_commit(struct host *host, uint32_t count)
{
	int fd = model_commit(&host->model, first_change, &count, -1);

	host_publish(host, fd);
	host_wait_published(host);
}

/* A mount with its first generation. */
static inline void host_serve(struct host *host, uint32_t dirs, uint32_t files)
{
	char text[64];

	host_start(host, dirs, files);
	host_publish(host, model_commit(&host->model, all_change, NULL, -1));
	host_wait_published(host);
	host->out.type = MESSAGE_READY;
	host_send(host, -1);
	assert_int_equal(read(host->report, text, sizeof(text)), 0); /* it serves */
}

static inline int host_reap(struct host *host)
{
	uint64_t deadline = clock_mono_ms() + HOST_WAIT_MS;
	int status = -1;

	while (waitpid(host->keeper, &status, WNOHANG) == 0 && clock_mono_ms() < deadline)
		nap_ms(1);
	host->keeper = 0;
	return status;
}

static inline void host_release(struct host *host)
{
	state_unmap(host->state);
	model_release(&host->model);
	settings_release(&host->settings);
	(void)close(host->listener);
	(void)close(host->report);
	if (host->engine >= 0)
		(void)close(host->engine);
	assert_int_equal(rmdir(host->mountpoint), 0);
	assert_int_equal(file_remove_tree(AT_FDCWD, host->dir, NULL), 0);
}

static inline void host_stop(struct host *host)
{
	host->out.type = MESSAGE_QUIT;
	host->out.flags = 0;
	host_send(host, -1);
	assert_int_equal(host_reap(host), 0);
	host_release(host);
}

/* --- looking at the mount --- */

static inline int host_open(const struct host *host, uint32_t dir, uint32_t file)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/d%04u/f%05u", host->mountpoint, dir, file);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The version that FD's bytes have; 0 if they are torn or of another file. -1: cannot be read. */
static inline long host_version(int fd, uint32_t dir, uint32_t file)
{
	char text[HOST_LINES * HOST_LINE_SIZE + 1], want[HOST_LINES * HOST_LINE_SIZE + 1];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	unsigned long version;

	if (len < 0)
		return -1;
	text[len] = '\0';
	version = strtoul(text, NULL, 10);
	model_text(want, (uint32_t)version, dir, file);
	return strcmp(text, want) == 0 ? (long)version : 0;
}

static inline long host_look(const struct host *host, uint32_t dir, uint32_t file)
{
	int fd = host_open(host, dir, file);
	long version;

	if (fd < 0)
		return -1;
	version = host_version(fd, dir, file);
	(void)close(fd);
	return version;
}

static inline uint64_t host_requests(const struct host *host)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < STATE_OPS; i++)
		sum += atomic_load(&host->state->requests[i]);
	return sum;
}

#endif
