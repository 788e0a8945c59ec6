// What Data Integrity signs, and what is looked up while it is checked: nothing is fetched.
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import dataIntegrityContext from '@digitalbazaar/data-integrity-context';
import * as bbs2023 from '@digitalbazaar/bbs-2023-cryptosuite';
import * as ecdsaJcs2019 from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as ecdsaSd2023 from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as eddsaJcs2022 from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {
  checkStatus as checkBitstring, createCredential, createList
} from '@digitalbazaar/vc-bitstring-status-list';
import jsigs from 'jsonld-signatures';
import * as rdfCanonize from 'rdf-canonize';
import jsonld from 'jsonld';

import {key as kept} from './keys.mjs';

const {purposes: {AssertionProofPurpose}} = jsigs;

const suites = {
  'eddsa-rdfc-2022': {sign: () => eddsaRdfc2022, verify: () => eddsaRdfc2022},
  'ecdsa-rdfc-2019': {sign: () => ecdsaRdfc2019, verify: () => ecdsaRdfc2019},
  'eddsa-jcs-2022': {sign: eddsaJcs2022.createSignCryptosuite, verify: eddsaJcs2022.createVerifyCryptosuite},
  'ecdsa-jcs-2019': {sign: ecdsaJcs2019.createSignCryptosuite, verify: ecdsaJcs2019.createVerifyCryptosuite},
  'ecdsa-sd-2023': {
    sign: ecdsaSd2023.createSignCryptosuite,
    derive: ecdsaSd2023.createDiscloseCryptosuite,
    verify: ecdsaSd2023.createVerifyCryptosuite,
  },
  'bbs-2023': {
    sign: bbs2023.createSignCryptosuite,
    derive: bbs2023.createDiscloseCryptosuite,
    verify: bbs2023.createVerifyCryptosuite,
  },
};

// What may be looked up: contexts, the one verification method with its controller, and `more`.
function loader({method, key, ...more} = {}) {
  const controller = method?.split('#')[0];
  const documents = new Map([
    ...credentialContexts,
    ...dataIntegrityContext.contexts,
    [method, {
      '@context': 'https://w3id.org/security/multikey/v1',
      id: method,
      type: 'Multikey',
      controller,
      publicKeyMultibase: key?.multikey,
    }],
    [controller, {'@context': 'https://www.w3.org/ns/did/v1', id: controller, assertionMethod: [method]}],
    ...Object.entries(more),
  ]);
  return async url => {
    if(!documents.has(url)) {
      throw new Error(`${url} is not at hand`);
    }
    return {contextUrl: null, documentUrl: url, document: structuredClone(documents.get(url))};
  };
}

export async function signDocument({handle, suite, document, mandatory}) {
  const {pair} = kept(handle);
  return vc.issue({
    credential: document,
    suite: new DataIntegrityProof({
      signer: pair.signer(),
      cryptosuite: suites[suite].sign({mandatoryPointers: mandatory}),
    }),
    documentLoader: loader(),
  });
}

export async function deriveDocument({suite, document, pointers, method, key}) {
  const cryptosuite = suites[suite].derive({selectivePointers: pointers});
  return vc.derive({
    verifiableCredential: document,
    suite: new DataIntegrityProof({cryptosuite}),
    documentLoader: loader({method, key}),
  });
}

export async function verifyDocument({suite, document, method, key}) {
  const {verified, error} = await vc.verifyCredential({
    credential: document,
    suite: new DataIntegrityProof({cryptosuite: suites[suite].verify()}),
    purpose: new AssertionProofPurpose(),
    documentLoader: loader({method, key}),
  });
  if(!verified) {
    throw new Error([error, ...error?.errors ?? []].map(String).join('; '));
  }
}

// A list of which `revoked` are revoked, signed.
export async function signBitstring({handle, uri, issuer, length, revoked}) {
  const list = await createList({length});
  for(const index of revoked) {
    list.setStatus(index, true);
  }
  const credential = await createCredential({id: uri, list, statusPurpose: 'revocation'});
  return signDocument({handle, suite: 'eddsa-rdfc-2022', document: {...credential, issuer}});
}

// What a list says of each entry of a credential.
export async function checkStatus({credential, published, method, key}) {
  const {verified, error, results} = await checkBitstring({
    credential,
    suite: new DataIntegrityProof({cryptosuite: eddsaRdfc2022}),
    documentLoader: loader({method, key, [published.id]: published}),
  });
  if(!verified) {
    throw error ?? new Error('the status is not verified');
  }
  return results.map(({status}) => status);
}

// The canonical statements of a document, in N-Quads.
export async function canonicalStatements({document}) {
  const dataset = await jsonld.toRDF(document, {
    documentLoader: loader(), base: null, safe: true, produceGeneralizedRdf: false, rdfDirection: 'i18n-datatype',
  });
  return rdfCanonize.canonize(dataset, {algorithm: 'RDFC-1.0', format: 'application/n-quads'});
}
