/** `paxos-lab schema`: prints the JSON schema of experiment files, for editors. */
import { printExperimentSchema } from '../../shared/experimentSchema'
import type { CliContext } from './labCommand'
import { EXIT } from './output'
import { cliCommand } from './usage'
import type { CliCommand } from './usage'

export function schemaCommand(_context: CliContext): CliCommand {
  const meta = { name: 'schema', description: 'Prints the JSON schema of experiment files' }
  return cliCommand(meta, {}, () => {
    process.stdout.write(printExperimentSchema())
    return Promise.resolve(EXIT.valid)
  })
}
