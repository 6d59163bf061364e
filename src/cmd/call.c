#include "src/cmd/call.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/cmd/mounts.h"
#include "src/cmd/say.h"
#include "src/ctl/client.h"

void call_add(struct call *call, const char *word)
{
	if (!word)
		return;
	assert(call->count < CALL_WORDS_MAX);
	call->words[call->count++] = word;
}

void call_add_option(struct call *call, const char *name, const char *value)
{
	if (!value)
		return;
	call_add(call, name);
	call_add(call, value);
}

void call_add_time(struct call *call, const char *name, uint64_t ms)
{
	if (ms == CALL_NO_TIME)
		return;
	(void)snprintf(call->number, sizeof(call->number), "%" PRIu64, ms);
	call_add_option(call, name, call->number);
}

int call_ask(const struct call *call, const struct mount *mount, struct buf *answer,
		struct err *err)
{
	struct buf path = BUF_INIT;
	int rc;

	if (!mount->run_dir)
		return err_set(err, ENOENT,
				"no control socket for '%s' (is it the mount of another user?)",
				mount->path);
	path_join(&path, mount->run_dir, "ctl");
	rc = buf_ok(&path) ? client_ask(path.data, call->words, answer, err)
			   : err_sys(err, ENOMEM, "request");
	buf_release(&path);
	return rc;
}

int call_send(const struct call *call, const struct mount *mount, struct err *err)
{
	return call_ask(call, mount, NULL, err);
}

int call_failed(const struct mount *mount, int rc, struct err *err)
{
	if (rc == -ECONNREFUSED || (rc == -ENOENT && mount->run_dir))
		return err_set(err, -rc,
				"the engine of '%s' does not answer (the mount goes on serving; "
				"the "
				"log says why)",
				mount->path);
	return rc;
}

int call_mount(const struct call *call, const char *what)
{
	struct mount mount = MOUNT_INIT;
	struct err err = ERR_INIT;
	int rc;

	rc = mounts_find(what, &mount, &err);
	if (rc == 0)
		rc = call_send(call, &mount, &err);
	if (rc < 0)
		rc = call_failed(&mount, rc, &err);
	if (rc < 0)
		rc = say_error("%s", err.text);
	mount_release(&mount);
	return rc;
}
