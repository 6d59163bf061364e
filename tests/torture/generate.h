/* generate: a bare repository whose commits are the revisions of a model, on refs/heads/all. */
#ifndef TORTURE_GENERATE_H
#define TORTURE_GENERATE_H

struct model;

/* Makes REPO with git fast-import, sets refs/heads/main to revision 0, fills in the model's
 * commits; ends the program on failure. */
void generate(struct model *model, const char *repo);

#endif
