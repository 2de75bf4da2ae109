/**
 * Loaded into `paxos-lab up` by `--cpu-prof`: starts every child of the lab with a CPU profile.
 *
 * The lab cleans the environment of its children, NODE_OPTIONS above all, and that is right; so the
 * flags are put before the program instead. Profiles are written when a node ends in order.
 */
import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname } from 'node:path'

const dir = process.env['PAXOS_BENCH_PROFILES'] ?? '.'
const spawn = childProcess.spawn

/**
 * `node3.cpuprofile` for `node.js .../node3/node.json`, else the name of the program.
 * @param {readonly string[]} args
 */
function profileName(args) {
  const [entry = '', file = ''] = args.filter((arg) => !arg.startsWith('--'))
  const name = basename(file) === 'node.json' ? basename(dirname(file)) : basename(entry, '.js')
  return `${name}.cpuprofile`
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
function profiled(file, args, options) {
  const isNode = file === process.execPath
  const flags = ['--cpu-prof', `--cpu-prof-dir=${dir}`, `--cpu-prof-name=${profileName(args)}`]
  return spawn(file, isNode ? [...flags, ...args] : args, options)
}

Object.assign(childProcess, { spawn: profiled })
syncBuiltinESMExports()
