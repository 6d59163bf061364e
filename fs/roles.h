/*
 * roles: how the roles of refmount-fs are started.
 *
 * argv[0] is "refmount: keeper NAME", "refmount: server NAME", or "refmount: selftest NAME"; there are no
 * other arguments.
 */
#ifndef FS_ROLES_H
#define FS_ROLES_H

/* keeper: started by `refmount mount`. */
#define KEEPER_FD_SETTINGS 3 /* sealed memory file, src/link/settings.h */

/*
 * A pipe: nothing and end of file once it serves; else the exit status in decimal, a newline, and the
 * reason without a newline at its end.
 */
#define KEEPER_FD_REPORT 4

/* The mount point, if it is a trigger of autofs, else not open. Only who autofs has asked to mount can open it. */
#define KEEPER_FD_PLACE 5

/* server: started by the keeper, with the segments' descriptors under the keeper's numbers (>= 16). */
#define SERVER_FD_DEVICE 3 /* /dev/fuse, the same open file description for ever */
#define SERVER_FD_STATE	 4 /* shared memory, src/link/state.h */
#define SERVER_FD_LINK	 5 /* messages from and to the keeper */
#define SERVER_FD_DOOR	 6 /* writable clone of the mount (mount.h), or not open */
#define SERVER_FD_QUEUE	 7 /* of opens (mark.h), or not open */

/* selftest: started by the keeper of another version, before it makes way (upgrade.h). */
#define SELFTEST_FD_SETTINGS 3
#define SELFTEST_FD_STATE    4
#define SELFTEST_FD_REPORT   5 /* a pipe: nothing, or why this program cannot go on with the mount */

int keeper_main(const char *name);
int server_main(const char *name);
int selftest_main(void);

#endif
