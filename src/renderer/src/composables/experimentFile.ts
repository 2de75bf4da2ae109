/** Which files are experiments, by their names. */

export function isExperimentFile(name: string): boolean {
  return /\.ya?ml$/i.test(name)
}
