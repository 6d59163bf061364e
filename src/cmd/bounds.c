#include "src/cmd/bounds.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/base/filter.h"
#include "src/cmd/say.h"
#include "src/roles/sandbox.h"

static void on_cpu_limit(int signo)
{
	static const char text[] = "refmount: took more than a minute of CPU time\n";

	(void)signo;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(EXIT_USAGE);
}

/* The soft limit alone, and never more than the hard one allows. */
static void limit(int resource, rlim_t value)
{
	struct rlimit both;

	if (getrlimit((__rlimit_resource_t)resource, &both) < 0)
		return;
	both.rlim_cur = value < both.rlim_max ? value : both.rlim_max;
	(void)setrlimit((__rlimit_resource_t)resource, &both);
}

void bounds_set(void)
{
	struct rusage used = {0};

	(void)getrusage(RUSAGE_SELF, &used);
	(void)signal(SIGXCPU, on_cpu_limit);
	limit(RLIMIT_CPU, (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1 + BOUNDS_CPU_S);
	if (!FILTER_IS_SANITIZED)
		limit(RLIMIT_DATA, SANDBOX_MEMORY_MAX);
}
