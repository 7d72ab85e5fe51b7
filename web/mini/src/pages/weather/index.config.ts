export default { navigationBarTitleText: '文明天气图' }
