/**
 * The parts of the soak, as data: what each runs at full size, and the exit code that it must end
 * with (0 valid; 1 where a planted defect must be found).
 */
const CLI = 'src/main/labCli.mjs'
const VITEST = 'node_modules/vitest/vitest.mjs'

/** Seeds within which each mutant must be caught. */
const MUTANT_SEEDS = 200

/**
 * @typedef {object} Part
 * @property {string} kind what `--parts` names
 * @property {string} name
 * @property {number} expects exit code
 * @property {(scale: number) => string[]} args
 */

/**
 * @param {number} full
 * @param {number} scale
 */
const size = (full, scale) => String(Math.max(1, Math.round(full * scale)))

/** Broken safety ends in exit code 1; what only loses liveness, in 2: no time passes by itself. */
const MUTANTS = Array.from({ length: 21 }, (_, index) => `M${index + 1}`)
const LIVENESS_ONLY = ['M13', 'M18']

/** @param {string[]} flags */
const abstract = (...flags) => [CLI, 'explore', '--model', 'abstract', '--values', '2', ...flags]

/** @type {readonly Part[]} */
export const PARTS = [
  {
    kind: 'sim',
    name: 'simulator, 100,000 seeds',
    expects: 0,
    args: (scale) => [CLI, 'sim', '--seeds', `1..${size(100_000, scale)}`, '--json'],
  },
  {
    kind: 'explore',
    name: 'abstract model, 3 acceptors, 3 ballots',
    expects: 0,
    args: () => abstract('--acceptors', '3', '--ballots', '3', '--json'),
  },
  {
    kind: 'explore',
    name: 'abstract model, 3 acceptors, 4 ballots, up to symmetry',
    expects: 0,
    args: () => abstract('--acceptors', '3', '--ballots', '4', '--symmetry', '--json'),
  },
  {
    kind: 'explore',
    name: 'abstract model, 5 acceptors, 2 ballots, up to symmetry',
    expects: 0,
    args: () => abstract('--acceptors', '5', '--ballots', '2', '--symmetry', '--json'),
  },
  {
    kind: 'mutants',
    name: `simulator, every mutant caught within ${MUTANT_SEEDS} seeds`,
    expects: 0,
    args: () => [VITEST, 'run', '--project', 'core', 'test/sim/mutants.test.ts'],
  },
  ...MUTANTS.map((id) => ({
    kind: 'reenact',
    name: `real processes, the schedule of ${id}`,
    expects: LIVENESS_ONLY.includes(id) ? 2 : 1,
    args: () => [CLI, 'reenact', `resources/mutants/${id}.schedule.json`, '--json'],
  })),
  {
    kind: 'durability',
    name: 'real processes, 100 kills and 30 power losses',
    expects: 0,
    args: (scale) => [
      'test/soak/durability.mjs',
      ...['--rounds', size(100, scale), '--power-losses', size(30, scale)],
    ],
  },
  {
    kind: 'durability',
    name: 'real processes, flush off: lost writes must be seen',
    expects: 1,
    args: (scale) => [
      'test/soak/durability.mjs',
      ...['--rounds', size(20, scale), '--power-losses', size(20, scale), '--flush-off'],
    ],
  },
]
