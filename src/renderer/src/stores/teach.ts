/**
 * What a lecturer has chosen in the Teach view: a lesson or an experiment, and the chart. Layout
 * only, never facts.
 */
import { defineStore } from 'pinia'
import { ref } from 'vue'

const KEY = 'paxos-lab.lesson'

export const useTeachStore = defineStore('teach', () => {
  const shows = ref<'lesson' | 'experiment'>('lesson')
  /** Name of a bundled experiment; null: the one that runs, else the first. */
  const chosen = ref<string | null>(null)
  /** Id of a lesson, after a reload the one that was open; null: the first that is not done. */
  const lesson = ref<string | null>(localStorage.getItem(KEY))
  /** Id of the chart below the topology; null: the one that fits. */
  const chart = ref<string | null>(null)

  function choose(name: string): void {
    shows.value = 'experiment'
    chosen.value = name
    chart.value = null
  }

  function chooseLesson(id: string): void {
    shows.value = 'lesson'
    lesson.value = id
    chart.value = null
    localStorage.setItem(KEY, id)
  }

  return { shows, chosen, lesson, chart, choose, chooseLesson }
})
