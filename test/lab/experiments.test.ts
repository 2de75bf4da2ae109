/** Bundled experiments with a plan or a violation of their own: the runner on real processes. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
import type { Line } from '../support/cliProcess'

let home: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  home = temporaryFolder()
})
afterEach(async () => {
  await endAll()
  home.remove()
})

/** The last line of `run NAME --json`. */
async function run(name: string): Promise<Line> {
  const runs = join(home.path, 'runs')
  const cli = new CliProcess(['run', name, '--json', '--out', runs], home.path)
  const code = await cli.ended(80_000)
  expect({ name, code }, cli.stdout + cli.stderr).toEqual({ name, code: 0 })
  return cli.lines.at(-1) ?? {}
}

it.each(['isolate-leader', 'write-to-any'])('%s is valid', async (name) => {
  expect(await run(name)).toMatchObject({ verdict: 'valid' })
})

it.each([
  ['S24', 'amnesia', /I4.* violated, as it is there to show/],
  ['S22', 'lease-drift', /I14 violated, as it is there to show/],
])('%s: %s shows its violation, and is valid for it', async (_row, name, words) => {
  const told = await run(name)
  expect(told).toMatchObject({ verdict: 'valid' })
  expect(told['reason']).toMatch(words)
})

it('S10: blog-against-paper plays both variants', async () => {
  expect(await run('blog-against-paper')).toMatchObject({ verdict: 'valid' })
})
