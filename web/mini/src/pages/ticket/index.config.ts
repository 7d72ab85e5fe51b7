export default { navigationBarTitleText: '案件' }
