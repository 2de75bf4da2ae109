/** `--data`: the same directory continues, and a wrong one is refused with words. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeDir } from '../../src/main/lab/makeDir'
import { LabRig, temporaryDir } from '../support/cluster'

let rig: LabRig
let dir: string
beforeEach(() => {
  dir = temporaryDir()
  rig = new LabRig()
})
afterEach(async () => {
  await rig.close()
  rmSync(dir, { recursive: true, force: true })
})

it('continues with data and cluster id, with a new secret', async () => {
  const dataDir = join(dir, 'new', 'data')
  await rig.start({ nodes: 3, dataDir })
  await rig.write(1, 'a', 'kept')
  const { cluster } = await rig.status()
  await rig.lab.stopCluster()
  await rig.start({ nodes: 3, dataDir })
  expect((await rig.status()).cluster).toBe(cluster)
  expect(await rig.get(2, 'a')).toBe('"kept"')
  const { nodes, runDir } = await rig.status()
  expect(nodes.map(({ life }) => life)).toEqual([2, 2, 2])
  const nodeFile = readFileSync(join(runDir ?? '', 'node1', 'node.json'), 'utf8')
  expect(nodeFile).not.toMatch(/secret/i)
})

it('keeps what a mutant wrote from Paxos, and what Paxos wrote from a mutant', async () => {
  const [sound, broken] = [join(dir, 'sound'), join(dir, 'broken')]
  await rig.start({ nodes: 3, dataDir: sound })
  await rig.lab.stopCluster()
  await rig.start({ nodes: 3, dataDir: broken, mutant: 'M7' })
  await rig.lab.stopCluster()
  const other = rig.start({ nodes: 3, dataDir: broken, mutant: 'M6' })
  await expect(other).rejects.toThrow(/with mutant M7: ignores.*, not with mutant M6: adopts/)
  const mutant = rig.start({ nodes: 3, dataDir: sound, mutant: 'M7' })
  await expect(mutant).rejects.toThrow(/with no mutant, not with mutant M7/)
  await expect(rig.start({ nodes: 3, dataDir: broken })).rejects.toThrow(/not with no mutant/)
})

it('refuses at once a directory that cannot be made, and makes parents that are missing', async () => {
  writeFileSync(join(dir, 'file'), '')
  for (const dataDir of [join(dir, 'file', 'data'), '/proc/nope/data']) {
    const start = rig.start({ nodes: 3, dataDir })
    await expect(start).rejects.toThrow(`data directory ${dataDir} cannot be made`)
  }
  makeDir(join(dir, 'a', 'b', 'c'))
  makeDir(join(dir, 'a', 'b', 'c'))
  expect(readdirSync(join(dir, 'a', 'b'))).toEqual(['c'])
})

it('refuses another number of nodes, another mode, a foreign and a broken directory', async () => {
  const dataDir = join(dir, 'data')
  await rig.start({ nodes: 3, dataDir })
  await rig.lab.stopCluster()
  const five = rig.start({ nodes: 5, dataDir })
  await expect(five).rejects.toThrow(/holds a cluster of 3 nodes; 5 were asked for/)
  const single = rig.start({ nodes: 3, mode: 'single', dataDir })
  await expect(single).rejects.toMatchObject({ code: 'badArgument' })
  const foreign = join(dir, 'foreign')
  mkdirSync(foreign)
  writeFileSync(join(foreign, 'letters.txt'), 'dear diary')
  await expect(rig.start({ nodes: 3, dataDir: foreign })).rejects.toThrow(/letters.txt/)
  writeFileSync(join(dataDir, 'cluster.json'), '{"version":1,"cluster":7}')
  await expect(rig.start({ nodes: 3, dataDir })).rejects.toThrow(/cluster.json.*members/)
  expect((await rig.status()).state).toBe('idle')
})
