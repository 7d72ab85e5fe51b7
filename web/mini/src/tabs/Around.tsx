export default function Around() { return null }
