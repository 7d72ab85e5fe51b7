/// <reference types="@tarojs/taro" />
declare const process: { env: { TARO_ENV: 'h5' | 'weapp'; NODE_ENV: string; SUISHOUPAI_ORIGIN?: string } }
declare module '*.css'
