/**
 * Who takes the lessons in this browser: the id of a student and the key of the class, from which
 * the seed of all lessons comes (LR8). Without both, lessons are everybody's.
 */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { STUDENT_CHARS_MAX, studentSeed } from '../../../shared/studentSeed'

const KEY = 'paxos-lab.student'

export const useStudentStore = defineStore('student', () => {
  const [keptId = '', keptKey = ''] = (localStorage.getItem(KEY) ?? '').split('\n')
  const id = ref(keptId.slice(0, STUDENT_CHARS_MAX))
  const classKey = ref(keptKey.slice(0, STUDENT_CHARS_MAX))

  const seed = computed(() => {
    const isNamed = id.value !== '' && classKey.value !== ''
    return isNamed ? studentSeed(id.value, classKey.value) : null
  })

  function set(student: string, key: string): void {
    id.value = oneLine(student)
    classKey.value = oneLine(key)
    try {
      localStorage.setItem(KEY, `${id.value}\n${classKey.value}`)
    } catch {
      // Storage is full or forbidden: it lasts as long as the window.
    }
  }

  return { id, classKey, seed, set }
})

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ').trim().slice(0, STUDENT_CHARS_MAX)
}
