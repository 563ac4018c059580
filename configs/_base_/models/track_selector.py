# A selector among tracks that sees trajectories only and knows the words of motion.
model = dict(
    type='TrackSelector',
    text_encoder=dict(
        type='VocabularyTextEncoder',
        embed_dims=64,
        words=(
            ', a about accelerate accelerates accelerating after again all along and animal '
            'animals anyone anywhere appear appears approach approaches approaching are around '
            'at away back ball balls become becomes before begins between bicycle bicycles '
            'bigger bike bikes bird birds boat boats both bottom bouncing boy boys bus buses '
            'camera car cars cat cats change changes child children circle circles circling '
            'climb climbs clockwise closer come comes coming continue continues counterclockwise '
            'creeping cyclist cyclists decelerating direction disappear disappears do does dog '
            'dogs down downward downwards drive drives driving enter entering enters ever '
            'everybody everyone everything fall falls fast faster figure figures first flies fly '
            'flying for forth frame fro from get gets getting girl girls go goes going good grow '
            'growing grows guy guys halt halts has have head heading heads high horse horses '
            'hurries hurry hurrying in into is it its keep keeps kid kids larger leave leaves '
            'leaving left leftward leftwards low man men motion move moves moving never not '
            'object objects of off on one ones orbit orbits others out parked pause pauses '
            'pausing pedestrian pedestrians people person picture place player players quickly '
            'remain remains rest resting rests return returns reverses ride rides riding right '
            'rightward rightwards rise rises run running runs rushing scene set sets shape '
            'shapes shrink shrinking shrinks side sink sinks sit sits sitting slow slower '
            'slowing slowly slows smaller somebody somewhere speed speeding speeds stand '
            'standing stands start starting starts stationary stay staying stays step stepping '
            'steps still stop stopping stops stroll strolling strolls swim swimming swims swing '
            'swings than that the then there thing things this three to top toward towards '
            'travel travelling travels truck trucks turn turning turns two up upward upwards us '
            'vehicle vehicles view wait waiting waits walk walking walks way which who with '
            'without woman women zigzag zigzagging zigzags '
        ),
        empty_words=(
            ', a after all and animal animals anyone are at ball balls before bicycle bicycles '
            'bike bikes bird birds boat boats both boy boys bus buses camera car cars cat cats '
            'child children cyclist cyclists dog dogs everybody everyone everything figure '
            'figures first for frame from girl girls guy guys horse horses in is it its kid kids '
            'man men object objects of on one ones others pedestrian pedestrians people person '
            'picture player players scene shape shapes somebody than that the then there thing '
            'things this three to truck trucks two us vehicle vehicles view which who with woman '
            'women '
        ),
    ),
    appearance=dict(type='NoAppearance'),
    track_source=dict(type='NoTracks'),
    refiner=dict(type='IdentityRefiner'),
    data_preprocessor=dict(type='RefVidSegDataPreprocessor', pad_size_divisor=32),
    embed_dims=64,
    num_steps=20,
    feedforward_dims=128,
)
