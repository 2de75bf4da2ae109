import { builtinModules } from 'node:module'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** Each ban carries its reason, so that the message teaches the rule. */

const bareBuiltins = builtinModules
  .filter((name) => !name.startsWith('_'))
  .map((name) => ({ name, message: `Write node:${name}; the prefix shows what is Node's own.` }))

const noElectron = {
  name: 'electron',
  message: 'Only the shell may import electron: everything else runs under plain Node.',
}
const noChartJs = {
  regex: '^chart[.]js',
  message: 'Only useLabChart knows Chart.js, so that the library can be exchanged.',
}
const noNode = {
  regex: '^node:',
  message: 'core, shared and renderer also run in a browser, where there is no Node.',
}

/** `no-restricted-imports` does not merge between blocks, so each block states its whole list. */
const imports = (paths = [], patterns = []) => ({
  'no-restricted-imports': ['error', { paths: [...bareBuiltins, ...paths], patterns }],
})

const noFocus = {
  selector:
    "MemberExpression[object.name=/^(describe|it|test|suite)$/][property.name='only'], " +
    'CallExpression[callee.name=/^(fit|fdescribe|ftest)$/]',
  message: 'A focused test silences all the others.',
}
const noSleep = {
  selector:
    "NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout'], " +
    "ImportDeclaration[source.value='node:timers/promises']",
  message: 'Tests do not sleep. Await the condition with eventually().',
}
const noStyleAttribute = {
  selector: "CallExpression[callee.property.name='setAttribute'][arguments.0.value='style']",
  message: 'The CSP blocks style attributes (E6). Use a class, or element.style.',
}
const noInnerHtml = {
  selector: 'AssignmentExpression > MemberExpression.left[property.name=/^(inner|outer)HTML$/]',
  message: 'Text from users and peers is never parsed as HTML (E14). Build nodes instead.',
}
const noClock = {
  selector: "NewExpression[callee.name='Date']",
  message: 'Time is an input. Hosts own the clock.',
}
const noAsync = {
  selector:
    'AwaitExpression, FunctionDeclaration[async=true], FunctionExpression[async=true], ' +
    'ArrowFunctionExpression[async=true]',
  message: 'A step runs to completion. Return an effect instead.',
}

const everywhere = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'object-shorthand': 'error',
  'no-restricted-syntax': ['error', noFocus],
  ...imports(),
}

const typescript = {
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/no-non-null-assertion': 'off',
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
  ],
  '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
}

export default defineConfig(
  globalIgnores(['out/', 'dist/', 'coverage/', '.cache/', 'test/fixtures/']),
  {
    name: 'lab/no-inline-exceptions',
    // A rule that needs an exception is changed here, where its reason can be read.
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
  },
  tseslint.configs.recommended,
  vue.configs['flat/essential'],
  {
    name: 'lab/vue-parser',
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  { name: 'lab/everywhere', rules: { ...everywhere, ...typescript } },
  {
    // The only rules that need types, and worth it: a promise nobody awaits swallows its error.
    name: 'lab/promises',
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.node.json', './tsconfig.web.json', './tsconfig.test.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    name: 'lab/commonjs',
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable' } },
  },
  {
    name: 'lab/plain-node-code',
    files: ['src/main/**/*.ts', 'src/main/**/*.mjs'],
    rules: imports([noElectron]),
  },
  {
    name: 'lab/electron-shell',
    files: ['src/main/index.ts', 'src/main/electron/**/*.ts', 'src/preload/**/*.ts'],
    rules: imports(),
  },
  {
    name: 'lab/core-is-pure',
    files: ['src/core/**/*.ts'],
    rules: {
      ...imports([noElectron], [noNode]),
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Take a Prng as an argument; hosts own randomness.',
        },
        { object: 'Date', property: 'now', message: 'Time is an input. Hosts own the clock.' },
      ],
      'no-restricted-syntax': ['error', noFocus, noClock, noAsync],
    },
  },
  {
    name: 'lab/shared-runs-anywhere',
    files: ['src/shared/**/*.ts'],
    rules: imports([noElectron], [noNode]),
  },
  {
    name: 'lab/renderer',
    files: ['src/renderer/**/*.ts', 'src/renderer/**/*.vue'],
    rules: {
      ...imports([noElectron], [noNode, noChartJs]),
      'no-console': 'error',
      'no-restricted-syntax': ['error', noFocus, noStyleAttribute, noInnerHtml],
    },
  },
  {
    name: 'lab/only-chart-file',
    files: ['src/renderer/src/composables/useLabChart.ts'],
    rules: imports([noElectron], [noNode]),
  },
  {
    name: 'lab/vue',
    files: ['**/*.vue'],
    rules: {
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': ['error', { allowBinding: true }],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/define-emits-declaration': ['error', 'type-literal'],
      'vue/require-typed-ref': 'error',
    },
  },
  {
    name: 'lab/tests',
    files: ['test/**/*.ts', 'test/**/*.mjs'],
    rules: { 'no-restricted-syntax': ['error', noFocus, noSleep] },
  },
  {
    name: 'lab/test-support',
    // The waiting helpers themselves poll, and the runner waits for processes.
    files: ['test/support/**', 'test/run.mjs'],
    rules: { 'no-restricted-syntax': ['error', noFocus] },
  },
  prettier,
)
