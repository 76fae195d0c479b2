/* SPDX-License-Identifier: Apache-2.0 */
/* mote demo wake-word: the worked example is a script of commands, which this process becomes. */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/cli/commands.h"
#include "host/target/home.h"

enum mote_status demo_wake_word(struct cli *cli)
{
    const char *folder = cli_value(cli, "-o"), *home, *script;
    char self[PATH_MAX + 1];
    ssize_t n = readlink("/proc/self/exe", self, PATH_MAX);

    if (cli->json || cli_value(cli, "--recipe") != NULL)
        return usage_error(cli, "wake-word takes -o alone");
    TRY(mote_home(&cli->pool, &home, &cli->root));
    script = pool_printf(&cli->pool, "%s/examples/wake_word/run.sh", home);
    if (n < 0 || access(script, R_OK) != 0)
        return fail(&cli->root, MOTE_ERR_ENVIRONMENT, "%s is not there: set MOTE_HOME to Mote's own folder", script);
    self[n] = '\0';
    if (setenv("MOTE", self, 1) == 0)
        execlp("sh", "sh", script, folder != NULL ? folder : "mote-wake-word", (char *)NULL);
    return fail(&cli->root, MOTE_ERR_ENVIRONMENT, "no shell runs %s", script);
}
