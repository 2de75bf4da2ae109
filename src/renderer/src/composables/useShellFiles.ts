/** Files that the system hands to the app: asked for once connected, and when the shell tells. */
import { watch } from 'vue'
import { takeWaitingFile } from '../commands/fileActs'
import { useLabStore } from '../stores/lab'

export function useShellFiles(): void {
  const lab = useLabStore()
  const take = (): void => {
    if (lab.caps.nativeFiles && lab.connected) void takeWaitingFile()
  }
  lab.onFileWaits(take)
  watch(() => lab.connected, take, { immediate: true })
}
