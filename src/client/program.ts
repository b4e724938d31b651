import { Command } from 'commander';
import { declareAboutVerbs } from './commands/about.js';
import { declareCodecVerbs } from './commands/codec.js';
import { declareDeploymentVerbs } from './commands/deployment.js';
import type { Finish } from './commands/declare.js';
import { declareAnalyzeVerbs } from './commands/analyze.js';
import { declareFleetVerbs } from './commands/fleet.js';
import { declareHostsVerbs } from './commands/hosts.js';
import { declareLoopVerbs } from './commands/loop.js';
import { declareMachineVerbs } from './commands/machine.js';
import { declareProfileVerbs } from './commands/profile.js';
import { declareProposalVerbs } from './commands/proposals.js';
import { declareResultVerbs } from './commands/results.js';
import { declareSteeringVerbs } from './commands/steer.js';
import { declareWatchVerb } from './commands/watch.js';

/** The command line. Nothing but its declaration is loaded here: a verb's body is imported when it runs. */
export function buildProgram(version: string, finish: Finish): Command {
  const program = new Command('perfloop')
    .description('Makes a git repository measurably faster, and proves it.')
    .version(version, '-V, --version')
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))].join(' '),
    })
    .option('--json', 'print exactly one JSON document on stdout')
    .option('-q, --quiet', 'no progress')
    .option('--no-color', 'no colours (also: NO_COLOR=1)')
    .option('--address <host:port>', 'the Temporal server (default: TEMPORAL_ADDRESS, or the local engine)')
    .option('--namespace <name>', 'its namespace (default: TEMPORAL_NAMESPACE)')
    .option('--temporal-profile <name>', "a profile of Temporal's own configuration file")
    .addHelpText('after', '\nExample:\n  $ perfloop init . && perfloop run .\n\nExit codes: 0 done or accepted, 1 a bug, 2 bad input or refused, 3 rejected, 4 inconclusive, 5 quarantined, 6 a verdict that its samples do not bear out')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  declareLoopVerbs(program, finish);
  declareSteeringVerbs(program, finish);
  declareResultVerbs(program, finish);
  declareProfileVerbs(program, finish);
  declareProposalVerbs(program, finish);
  declareAnalyzeVerbs(program, finish);
  declareMachineVerbs(program, finish);
  declareFleetVerbs(program, finish);
  declareCodecVerbs(program, finish);
  declareDeploymentVerbs(program, finish);
  declareHostsVerbs(program, finish);
  declareWatchVerb(program, finish);
  declareAboutVerbs(program, finish);
  return program;
}
