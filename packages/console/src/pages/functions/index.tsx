import { useRoute } from '../../app/use-route.ts'
import { FunctionPage } from './function-page.tsx'
import { ListPage } from './list-page.tsx'
import './functions.css'

/**
 * The cloud functions of the project. Query members: `name` selects a function, `tab` a part of the page; `search` and
 * `failed` filter the log.
 */
export default function FunctionsPage() {
  const { name } = useRoute().query
  return name === undefined ? <ListPage /> : <FunctionPage key={name} name={name} />
}
