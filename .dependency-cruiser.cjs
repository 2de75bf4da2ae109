/** The import graph, each rule with its reason. `test/layers.test.ts` proves that each can fail. */
const deny = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

const LIBS_OF_SHARED = '^node_modules/(birpc|zod|yaml)/'
const LIBS_OF_RENDERER = '^node_modules/(vue|pinia|chart[.]js|reka-ui|@vueuse|@lucide|@tanstack)/'

module.exports = {
  forbidden: [
    deny('no-cycles', 'Two files in a cycle are one file.', {}, { circular: true }),
    deny(
      'no-unresolved',
      'An import that does not resolve escapes every other rule.',
      {},
      // Vite answers queries such as `?worker` and the fonts are style sheets.
      { couldNotResolve: true, pathNot: '[?]|[.]css$|^@fontsource-variable/' },
    ),
    deny(
      'core-is-pure',
      'core also runs in a browser and in the model checker.',
      { path: '^src/core/' },
      { pathNot: '^src/core/' },
    ),
    deny(
      'paxos-knows-nobody',
      'The protocol must not know who simulates or checks it.',
      { path: '^src/core/paxos/' },
      { pathNot: '^src/core/(paxos/|assert)' },
    ),
    deny(
      'sim-and-check-apart',
      'A test or the lab joins them.',
      { path: '^src/core/(sim|check)/' },
      { path: '^src/core/(sim|check)/', pathNot: '^src/core/$1/' },
    ),
    deny(
      'folds-read-events-only',
      'Checks and measures judge what was recorded, never the state of a replica.',
      { path: '^src/core/measure/' },
      {
        pathNot:
          '^src/core/(measure/|event|fault|assert|paxos/(ballot|fact|config|message|quorum)[.]ts$)',
      },
    ),
    deny(
      'reports-read-folds-only',
      'A report tells of what was recorded, by the same folds that the window draws.',
      { path: '^src/core/report/' },
      {
        pathNot:
          '^src/core/(report/|measure/|event|fault|assert|paxos/(ballot|config|message)[.]ts$)',
      },
    ),
    deny(
      'shared-is-contracts',
      'shared is what both ends of a wire agree on.',
      { path: '^src/shared/' },
      { pathNot: '^src/(shared|core)/|' + LIBS_OF_SHARED },
    ),
    deny(
      'zod-in-one-place',
      'src/shared/zod.ts switches its code generation off for the CSP.',
      { pathNot: '^src/shared/zod[.]ts$|^node_modules/' },
      { path: '^node_modules/zod/' },
    ),
    deny(
      'renderer-never-main',
      'The renderer also runs in a plain browser.',
      { path: '^src/renderer/' },
      { path: '^src/(main|preload)/|^electron$|node_modules/electron/' },
    ),
    deny(
      'renderer-libraries-stay-there',
      'Everything else must run without a page.',
      { path: '^src/(core|shared|main|preload)/' },
      { path: LIBS_OF_RENDERER },
    ),
    deny(
      'no-node-in-browser-code',
      'core, shared and renderer run where there is no Node.',
      { path: '^src/(core|shared|renderer)/' },
      { dependencyTypes: ['core'] },
    ),
    deny(
      'child-knows-no-lab',
      'A node or switchboard must not be able to tell that it is in a lab.',
      { path: '^src/main/(node|switchboard)/' },
      { path: '^src/main/', pathNot: '^src/main/($1|disk)/' },
    ),
    deny(
      'lab-spawns-children',
      'The lab reaches a child over a socket, never by a call.',
      { path: '^src/main/lab/' },
      { path: '^src/main/(?!lab/|disk/)' },
    ),
    deny(
      'disk-for-node-and-lab',
      'What a power cut leaves: the node writes it down, the lab plays it back.',
      { path: '^src/', pathNot: '^src/main/(node|lab|disk)/' },
      { path: '^src/main/disk/' },
    ),
    deny(
      'disk-knows-nobody',
      'It must not be able to tell whose files it cuts.',
      { path: '^src/main/disk/' },
      { path: '^src/', pathNot: '^src/(core|main/disk)/' },
    ),
    deny(
      'host-serves-lab',
      'A host carries the API; it does not know windows or nodes.',
      { path: '^src/main/host/' },
      { path: '^src/main/(?!host/|lab/)' },
    ),
    deny(
      'electron-in-one-place',
      'Everything else must run under plain Node.',
      { path: '^src/', pathNot: '^src/main/(index[.]ts|electron/)|^src/preload/' },
      { path: 'node_modules/electron/|^electron$' },
    ),
    deny(
      'product-never-test',
      'What ships does not depend on test support.',
      { path: '^src/' },
      { path: '^(test|bench)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      // Packages with only an ESM export stay unresolved without these conditions.
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
    tsConfig: { fileName: 'tsconfig.web.json' },
  },
}
