// Two builds of one source: H5 under /m/ and the WeChat mini-program.
// Sizes are plain px on both: the screens are laid out with flex and need no rem.
import path from 'node:path'

const none = path.resolve(process.cwd(), 'src/ui/none.css')
const h5 = process.env.TARO_ENV === 'h5'

/** What draws a base map from a PMTiles file is a file of its own, fetched only where one is configured; Taro puts all libraries together. */
const groundApart = {
  name: 'ground-apart',
  outputOptions(given: { manualChunks: (id: string, meta: unknown) => string | undefined }) {
    const ground = /node_modules\/(pmtiles|fflate|pbf|@mapbox\/[^/]+)\/|src\/lib\/archive|shared\/mini-ground/
    return { ...given, manualChunks: (id: string, meta: unknown) => (ground.test(id) ? 'ground' : given.manualChunks(id, meta)) }
  },
}

export default {
  projectName: 'suishoupai',
  designWidth: 375,
  deviceRatio: { 375: 1 },
  sourceRoot: 'src',
  outputRoot: h5 ? 'dist/h5' : 'dist/weapp',
  defineConstants: { API_ORIGIN: JSON.stringify(h5 ? '' : (process.env.SUISHOUPAI_ORIGIN ?? 'https://localhost')) },
  plugins: h5 ? [] : [path.resolve(process.cwd(), 'config/aria.cjs')],
  // The pages use plain elements with their own style; the component sets' style sheets would be dead weight.
  alias: h5
    ? {
        '@tarojs/components/dist/taro-components/taro-components.css': none,
        '@tarojs/components-react/dist/index.css': none,
        'swiper/swiper-bundle.min.css': none,
        'swiper/swiper-bundle.css': none,
      }
    : {},
  jsMinimizer: 'esbuild',
  framework: 'react',
  compiler: { type: 'vite', vitePlugins: h5 ? [groundApart] : [] },
  mini: {
    postcss: { pxtransform: { enable: false, config: {} }, cssModules: { enable: false, config: {} } },
  },
  h5: {
    publicPath: '/m/',
    staticDirectory: 'static',
    useHtmlComponents: true,
    router: { mode: 'hash' },
    postcss: {
      pxtransform: { enable: false, config: { targetUnit: 'px' } },
      autoprefixer: { enable: true, config: {} },
      cssModules: { enable: false, config: {} },
    },
    devServer: { port: 18121, open: false, proxy: { '/v1': 'http://127.0.0.1:18120', '/open311': 'http://127.0.0.1:18120' } },
  },
}
