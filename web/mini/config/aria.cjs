/** Lets names for screen readers through to WeChat: Taro's templates leave aria-label and aria-role out. */
const NAMES = { 'aria-label': '', 'aria-role': '' }
const ELEMENTS = ['View', 'Text', 'Image', 'Input', 'Textarea', 'Slider', 'Map']
const named = Object.fromEntries(ELEMENTS.map((name) => [name, NAMES]))

module.exports = (ctx) => {
  ctx.registerMethod({
    name: 'onSetupClose',
    fn(platform) {
      if (!platform.template) return
      platform.template.mergeComponents(ctx, named)
      platform.runtimePath = [platform.runtimePath, require.resolve('./aria-runtime.js')].flat()
    },
  })
}
