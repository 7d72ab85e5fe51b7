export { default as Around } from './Around'
export { default as Mine } from './Mine'
export { default as Work } from './Work'
