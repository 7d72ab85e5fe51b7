export default { navigationBarTitleText: '办理' }
