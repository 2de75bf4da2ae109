/**
 * Module hooks of a child process in which the stand-in takes the place of `electron`. The stand-in
 * is TypeScript, which the oldest supported Node cannot read, so it is translated here.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const standIn = new URL('./electron.ts', import.meta.url).href

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, next) {
  if (specifier === 'electron') return { url: standIn, format: 'module', shortCircuit: true }
  const isOurs = specifier.startsWith('.') && context.parentURL?.endsWith('.ts')
  if (!isOurs) return next(specifier, context)
  const { href } = new URL(`${specifier}.ts`, context.parentURL)
  return { url: href, format: 'module', shortCircuit: true }
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const text = await readFile(fileURLToPath(url), 'utf8')
  const { ModuleKind, ScriptTarget } = ts
  const compilerOptions = {
    module: ModuleKind.ESNext,
    target: ScriptTarget.ES2022,
    verbatimModuleSyntax: true,
  }
  const { outputText } = ts.transpileModule(text, { fileName: url, compilerOptions })
  return { format: 'module', source: outputText, shortCircuit: true }
}
