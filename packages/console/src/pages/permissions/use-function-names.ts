import { call } from '../../api/index.ts'
import { useLoaded } from '../../data/use-loaded.ts'

/** The names of the functions of the project. Empty until they are loaded, because they only help. */
export function useFunctionNames(wanted: boolean): readonly string[] {
  const { value = [] } = useLoaded(
    async (signal) => (wanted ? (await call('listFunctions', {}, { signal })).items.map(({ name }) => name) : []),
    String(wanted),
  )
  return value
}
