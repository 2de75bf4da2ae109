/** Load options as calls and files carry them, and in words. */
import { describe, expect, it } from 'vitest'
import { parseArgs } from '../../src/shared/apiSchemas'
import { DEFAULT_LOAD, loadWords } from '../../src/shared/load'
import type { LoadOptions } from '../../src/shared/load'
import { loadFile } from '../../src/shared/loadOptions'
import { parseVerb } from '../../src/shared/verbs'

const ALL: LoadOptions = {
  ...DEFAULT_LOAD,
  ...{ arrivals: 'poisson', inFlightMax: 4, backlogMax: 100, mixRatio: 0.5 },
  ...{ keyChoice: 'zipf', zipfTheta: 0.8, roam: 10, retry: 'session' },
}

/** What a file says, and the same as a verb. */
const FILES: readonly [object, string][] = [
  [{ clients: 3 }, 'load 3'],
  [
    { clients: 3, nodes: [2, 4], reads: 0.1, keys: 7, bytes: 64, rate: 5, mix: 0.25 },
    'load 3 at 2,4 reads 0.1 keys 7 bytes 64 rate 5 mix 0.25',
  ],
  [{ clients: 1, rate: 9, open: true }, 'load 1 rate 9 open'],
  [{ clients: 1, rate: 9, open: 'constant' }, 'load 1 rate 9 open constant'],
  [
    { clients: 1, rate: 9, open: 'poisson', inFlight: 2, backlog: 50 },
    'load 1 rate 9 poisson in-flight 2 backlog 50',
  ],
  [{ clients: 1, zipf: true, roam: true }, 'load 1 zipf roam'],
  [{ clients: 1, zipf: 0.5, roam: 20 }, 'load 1 zipf 0.5 roam 20'],
  [{ clients: 1, single: true, retry: 'plain' }, 'load 1 single retry plain'],
  [{ clients: 1, open: false, zipf: false, single: false, roam: false, retry: 'none' }, 'load 1'],
]

const WRONG: readonly [object, string, RegExp][] = [
  [{ clients: 1, open: true }, 'open', /an open loop needs a rate/],
  [{ clients: 1, inFlight: 3 }, 'inFlight', /needs "open"/],
  [{ clients: 1, rate: 3, backlog: 3 }, 'backlog', /needs "open"/],
  [{ clients: 1, zipf: 0.5, single: true }, 'single', /does not go with "zipf"/],
  [{ clients: 1, zipf: 4.5 }, 'zipf', /./],
  [{ clients: 1, retry: 'always' }, 'retry', /./],
  [{ clients: 0 }, 'clients', /./],
]

describe('load options', () => {
  it('pass the edge of a host as they are', () => {
    expect(parseArgs('setLoad', [ALL])).toEqual([ALL])
    expect(parseArgs('setLoad', [{ ...DEFAULT_LOAD, roam: 'error' }])[0]?.roam).toBe('error')
    expect(parseArgs('setLoad', [null])).toEqual([null])
  })

  it.each([
    [{ ...ALL, targetPerSecond: 0 }, /an open loop needs a rate/],
    [{ ...ALL, inFlightMax: 0 }, /argument 1.inFlightMax/],
    [{ ...ALL, backlogMax: 10_001 }, /argument 1.backlogMax/],
    [{ ...ALL, zipfTheta: -1 }, /argument 1.zipfTheta/],
    [{ ...ALL, roam: 'never' }, /argument 1.roam/],
    [{ ...ALL, retry: 'often' }, /argument 1.retry/],
    [{ ...ALL, speed: 1 }, /speed/],
  ])('%o are refused', (load, words) => {
    expect(() => parseArgs('setLoad', [load])).toThrow(words)
  })

  it.each(FILES)('in a file %o is the verb %s', (file, line) => {
    expect({ verb: 'load', load: loadFile.parse(file) }).toEqual(parseVerb(line))
  })

  it.each(WRONG)('in a file %o is wrong at %s', (file, key, words) => {
    const [issue] = loadFile.safeParse(file).error?.issues ?? []
    expect(issue?.path).toEqual([key])
    expect(issue?.message).toMatch(words)
  })

  it('in words, what is as usual is left out', () => {
    expect(loadWords(null)).toBe('load: off')
    expect(loadWords(DEFAULT_LOAD)).toBe('load: 4 clients, 40/s, 50 % reads')
    expect(loadWords({ ...DEFAULT_LOAD, clients: 1, nodes: [2], targetPerSecond: 0 })).toBe(
      'load: 1 client, at node 2, as fast as answers come, 50 % reads',
    )
    expect(loadWords(ALL)).toBe(
      'load: 4 clients, open loop (Poisson) 40/s, 50 % reads, keys by Zipf 0.8, ' +
        'roaming each 10 requests, retries in sessions',
    )
  })
})
