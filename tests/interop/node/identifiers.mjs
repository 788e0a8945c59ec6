// DIDs that carry their key, and the addresses of those that do not.
import {driver as jwkDriver} from '@digitalbazaar/did-method-jwk';
import {driver as keyDriver} from '@digitalbazaar/did-method-key';
import {didUrlToHttpsUrl} from '@digitalbazaar/did-method-web';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';

const didKey = keyDriver();
didKey.use({multibaseMultikeyHeader: 'zDna', fromMultibase: EcdsaMultikey.from});
didKey.use({multibaseMultikeyHeader: 'z82L', fromMultibase: EcdsaMultikey.from});
didKey.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});

const didJwk = jwkDriver();

// The keys that are listed for assertions, by the name of their method.
export async function resolveDid({did}) {
  const document = await (did.startsWith('did:key:') ? didKey : didJwk).get({did});
  const keys = document.assertionMethod.map(id => {
    const {publicKeyMultibase: multikey, publicKeyJwk: jwk} = document.verificationMethod.find(one => one.id === id);
    return [id, {multikey, jwk}];
  });
  return {id: document.id, keys: Object.fromEntries(keys)};
}

export async function makeDid({method, multikey, jwk}) {
  if(method === 'key') {
    return `did:key:${multikey}`;
  }
  const {didDocument} = await didJwk.fromJwk({jwk});
  return didDocument.id;
}

export async function addressOfDid({did}) {
  return didUrlToHttpsUrl(did).fullUrl;
}
