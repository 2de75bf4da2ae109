/** Which files are experiments and which belong to lessons, by their names. */

export function isExperimentFile(name: string): boolean {
  return /\.ya?ml$/i.test(name)
}

/** Its data, or the prose beside it. */
export function isLessonFile(name: string): boolean {
  return /(\.lesson\.ya?ml|\.md)$/i.test(name)
}
