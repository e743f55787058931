import { CloudsteadError, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'

/** Longitude and latitude in degrees. */
type Position = readonly [lng: number, lat: number]
type Ring = readonly Position[]
type Segment = readonly [Position, Position]

/** The parts of a geometry that are compared: points, segments and areas. Edges are straight lines on the map. */
interface Shape {
  readonly points: readonly Position[]
  readonly segments: readonly Segment[]
  /** Polygons: the outer ring, then the holes. */
  readonly areas: readonly (readonly Ring[])[]
}

/** `{ $nearSphere: { $geometry, $maxDistance, $minDistance } }`, distances in metres. */
export interface Near {
  readonly path: string
  readonly centre: Position
  readonly min: number
  readonly max: number
}

/** The Earth's radius in MongoDB's spherical distances, in metres. */
const EARTH_RADIUS = 6_378_100
/** Points of the geometry of a query. Each is compared with every edge of every document that the query visits. */
const MAX_QUERY_POINTS = 1000

function isPosition(value: unknown): value is Position {
  if (!Array.isArray(value) || value.length < 2) return false
  const [lng, lat] = value as readonly unknown[]
  return typeof lng === 'number' && typeof lat === 'number' && Math.abs(lng) <= 180 && Math.abs(lat) <= 90
}

function isLine(value: unknown, least: number): value is Ring {
  return Array.isArray(value) && value.length >= least && value.every(isPosition)
}

function isPolygon(value: unknown): value is readonly Ring[] {
  return Array.isArray(value) && value.length > 0 && value.every((ring) => isLine(ring, 4) && closed(ring))
}

function closed(ring: Ring): boolean {
  return samePosition(ring[0] as Position, ring[ring.length - 1] as Position)
}

function samePosition(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

function edges(line: Ring): Segment[] {
  return line.slice(1).map((end, at) => [line[at] as Position, end])
}

function lines(all: readonly Ring[]): Shape {
  return { points: all.flat(), segments: all.flatMap(edges), areas: [] }
}

function polygons(areas: readonly (readonly Ring[])[]): Shape {
  return { points: areas.flat(2) as Position[], segments: areas.flatMap((rings) => rings.flatMap(edges)), areas }
}

/** The parts of a GeoJSON value; undefined when it is not a valid geometry. */
export function shapeOf(value: DocumentValue | undefined): Shape | undefined {
  if (!isDocumentObject(value)) return undefined
  const at: unknown = value.coordinates
  const many = Array.isArray(at) ? (at as readonly unknown[]) : []
  switch (value.type) {
    case 'Point':
      return isPosition(at) ? { points: [at], segments: [], areas: [] } : undefined
    case 'MultiPoint':
      return isLine(at, 1) ? { points: at, segments: [], areas: [] } : undefined
    case 'LineString':
      return isLine(at, 2) ? lines([at]) : undefined
    case 'MultiLineString':
      return many.length > 0 && many.every((line) => isLine(line, 2)) ? lines(many as readonly Ring[]) : undefined
    case 'Polygon':
      return isPolygon(at) ? polygons([at]) : undefined
    case 'MultiPolygon':
      return many.length > 0 && many.every(isPolygon) ? polygons(many as readonly (readonly Ring[])[]) : undefined
    default:
      return undefined
  }
}

/** The great-circle distance of two positions in metres (haversine). */
export function distance(a: Position, b: Position): number {
  const rad = Math.PI / 180
  const lat = Math.sin(((b[1] - a[1]) * rad) / 2) ** 2
  const lng = Math.sin(((b[0] - a[0]) * rad) / 2) ** 2
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(lat + Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * lng)))
}

/** The side of the line from `a` to `b` that a position is on: positive, negative, or 0 for the line itself. */
function side(a: Position, b: Position, p: Position): number {
  return Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]))
}

function onSegment([a, b]: Segment, p: Position): boolean {
  return (
    side(a, b, p) === 0 &&
    p[0] >= Math.min(a[0], b[0]) &&
    p[0] <= Math.max(a[0], b[0]) &&
    p[1] >= Math.min(a[1], b[1]) &&
    p[1] <= Math.max(a[1], b[1])
  )
}

function crosses(one: Segment, other: Segment): boolean {
  const [a, b] = one
  const [c, d] = other
  if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) return true
  return onSegment(one, c) || onSegment(one, d) || onSegment(other, a) || onSegment(other, b)
}

function inRing(ring: Ring, p: Position): boolean {
  let inside = false
  for (const [a, b] of edges(ring)) {
    if (onSegment([a, b], p)) return true
    if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside
  }
  return inside
}

/** The border belongs to the area. A hole does not, but its border does. */
function inArea([outer, ...holes]: readonly Ring[], p: Position): boolean {
  if (outer === undefined || !inRing(outer, p)) return false
  return holes.every((hole) => !inRing(hole, p) || edges(hole).some((edge) => onSegment(edge, p)))
}

function inSome(areas: Shape['areas'], p: Position): boolean {
  return areas.some((area) => inArea(area, p))
}

/** Whether a geometry is inside the areas. Decided by its points, which is exact for points and for convex areas. */
export function within(shape: Shape, areas: Shape): boolean {
  return shape.points.every((point) => inSome(areas.areas, point))
}

/** Whether two geometries have a point in common. */
export function intersects(a: Shape, b: Shape): boolean {
  return (
    a.points.some((point) => inSome(b.areas, point)) ||
    b.points.some((point) => inSome(a.areas, point)) ||
    a.segments.some((one) => b.segments.some((other) => crosses(one, other))) ||
    a.points.some((point) => b.segments.some((edge) => onSegment(edge, point))) ||
    b.points.some((point) => a.segments.some((edge) => onSegment(edge, point))) ||
    a.points.some((point) => b.points.some((other) => samePosition(point, other)))
  )
}

/** The cost of comparing two geometries, for a RequestBudget: each point or edge of one is compared with each of the other. */
export function comparisonCost(a: Shape, b: Shape): number {
  return GEOMETRY_COST * (1 + a.points.length) * (1 + b.points.length)
}

/** Cost of comparing two points or edges. */
const GEOMETRY_COST = 2

/** The geometry of `$geoWithin` or `$geoIntersects`. @throws CloudsteadError INVALID_PARAM */
export function queryShape(operator: string, operand: DocumentValue): Shape {
  const shape = isDocumentObject(operand) ? shapeOf(operand.$geometry) : undefined
  if (shape === undefined || (operator === '$geoWithin' && shape.areas.length === 0)) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `${operator} needs a $geometry that is valid GeoJSON`,
      zh: `${operator} 需要有效的 GeoJSON 作为 $geometry`,
    })
  }
  if (shape.points.length > MAX_QUERY_POINTS) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `a geometry in a query may have at most ${MAX_QUERY_POINTS} points`,
      zh: `查询中的几何图形最多 ${MAX_QUERY_POINTS} 个点`,
    })
  }
  return shape
}

/** Parses the operand of `$nearSphere`. @throws CloudsteadError INVALID_PARAM */
export function parseNear(path: string, operand: DocumentValue): Near {
  const spec = isDocumentObject(operand) ? operand : {}
  const shape = shapeOf(spec.$geometry)
  const centre = shape?.points[0]
  const { $minDistance: min = 0, $maxDistance: max = Number.POSITIVE_INFINITY } = spec
  const isPoint = centre !== undefined && shape?.points.length === 1
  if (!isPoint || typeof min !== 'number' || typeof max !== 'number' || !(min >= 0) || !(max >= 0)) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: '$nearSphere needs a point as $geometry, and distances in metres',
      zh: '$nearSphere 需要一个点作为 $geometry，距离以米为单位',
    })
  }
  return { path, centre, min, max }
}

/** The distance of a value from the centre in metres; Infinity when it is not a point or is out of the distance bounds. */
export function distanceFrom(near: Near, value: DocumentValue | undefined): number {
  if (!isDocumentObject(value) || (value.type !== 'Point' && value.type !== 'MultiPoint'))
    return Number.POSITIVE_INFINITY
  const shape = shapeOf(value)
  const point = shape?.points.length === 1 ? shape.points[0] : undefined
  if (point === undefined) return Number.POSITIVE_INFINITY
  const metres = distance(near.centre, point)
  return metres >= near.min && metres <= near.max ? metres : Number.POSITIVE_INFINITY
}
