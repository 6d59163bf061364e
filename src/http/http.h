/*
 * http: the process `refmount: http NAME`. The engine starts it with a socket that listens already, tells
 * it who to be, which secrets are valid, and what there is to report (talk.h); it answers the network
 * (server.h), and can do nothing else (confine.h). It ends with the engine.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#define HTTP_FD_ENGINE 3
#define HTTP_FD_LISTEN 4

int http_main(void); /* the exit status */

#endif
