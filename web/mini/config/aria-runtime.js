/** The same names as in aria.cjs, for the runtime that sends them to the templates. */
import { mergeInternalComponents } from '@tarojs/shared'

const names = { 'aria-label': '', 'aria-role': '' }
mergeInternalComponents(Object.fromEntries(['View', 'Text', 'Image', 'Input', 'Textarea', 'Slider', 'Map'].map((name) => [name, names])))
