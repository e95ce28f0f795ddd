// The systems that are named: everything runs at them, and a part at the others.
const NAMED = ['entra', 'entra-external-id', 'azure-ad-b2c', 'adfs', 'auth0', 'google', 'okta', 'salesforce', 'forgerock', 'entrust']

export const isNamed = ({ preset }) => NAMED.includes(preset)
