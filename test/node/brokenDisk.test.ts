/** A node whose disk fails: it tells, it ends, and it never acknowledges what is not durable. */
import { expect, it, onTestFinished } from 'vitest'
import { PaxosNode } from '../../src/main/node/paxosNode'
import { EXIT } from '../../src/main/node/exitCodes'
import { eventually } from '../support/eventually'
import { diskError, HeldDisk } from '../support/nodeDisk'
import { NodeLab } from '../support/nodeLab'
import { nodeFile, RawClient, respOf, SECRET, tempDirectory } from '../support/nodeSupport'

async function startHeld() {
  const lab = await NodeLab.open(tempDirectory())
  const disk = new HeldDisk()
  const ends: { code: number; words: string }[] = []
  const control = { host: '127.0.0.1', port: lab.port }
  const node = new PaxosNode({
    file: nodeFile({ dataDir: lab.directory, control }),
    secret: SECRET,
    onEnd: (code, words) => ends.push({ code, words }),
    disk,
  })
  onTestFinished(() => node.fail(EXIT.internal, { type: 'nodeFailed', reason: 'test over' }, ''))
  await node.start()
  const client = await RawClient.connect(node.clientPort)
  return { lab, disk, ends, node, client }
}

it('acknowledges a write only when its record is durable', async () => {
  const { disk, client } = await startHeld()
  client.send(respOf('SET', 'a', '1'))
  let flushes = 0
  // Each flush lets the node go one step further: promise, vote. None but the last acknowledges.
  await eventually('acknowledged', () => {
    if (client.text !== '') return true
    if (disk.flushesWaiting > 0) {
      flushes += 1
      disk.endFlush()
    }
    return false
  })
  expect(client.text).toBe('+OK\r\n')
  expect(flushes).toBeGreaterThanOrEqual(2)
})

it('whose flush fails: ends with 3, tells the lab, acknowledges nothing', async () => {
  const { lab, disk, ends, client } = await startHeld()
  client.send(respOf('SET', 'a', '1'))
  await eventually('a flush waits', () => disk.flushesWaiting > 0)
  disk.endFlush(diskError('ENOSPC'))
  await eventually('the end', () => ends.length > 0)
  expect(ends).toEqual([{ code: EXIT.storage, words: expect.stringContaining('ENOSPC') }])
  const facts = await eventually('the fact', () => {
    const all = lab.channels.flatMap((channel) => channel.facts())
    return all.some(({ type }) => type === 'storageFailed') && all
  })
  expect(facts.filter(({ type }) => type === 'persisted')).toEqual([])
  await eventually('client is cut off', () => client.closed)
  expect(client.text).toBe('')
})
