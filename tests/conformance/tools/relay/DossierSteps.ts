// An act whose refusals are members of its result, and what is told of a dossier, both by the card's own fragment.
import { graphql } from "relay-runtime";

export const submit = graphql`
  mutation DossierStepsSubmitMutation($input: DossierStepInput!) {
    submitDossier(input: $input) {
      __typename
      ... on Dossier {
        ...DossierCard_dossier @alias
      }
      ... on Refusal {
        message
        messageEn
      }
      ... on StaleVersion {
        current
      }
    }
  }
`;

export const moved = graphql`
  subscription DossierStepsMovedSubscription($id: ID!, $after: Cursor) {
    dossierMoved(id: $id, after: $after) {
      cursor
      dossier {
        ...DossierCard_dossier
      }
      resync {
        reason
        head
      }
    }
  }
`;
