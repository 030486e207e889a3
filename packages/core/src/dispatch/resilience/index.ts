export { type Deadlined, Deadlines } from './deadlines.js'
