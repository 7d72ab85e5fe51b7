export default { navigationBarTitleText: '曝光与回音' }
