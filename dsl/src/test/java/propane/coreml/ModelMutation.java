package propane.coreml;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Changes one thing of a protobuf message by its structure: a number becomes one that nobody
 * expects, a text or part is left out, doubled or put in another's place. What comes out can be
 * parsed, so that it gets further than random bytes do.
 */
public final class ModelMutation {
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        5,
        6,
        63,
        64,
        65,
        128,
        1 << 16,
        1 << 20,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 31,
        1L << 32,
        1L << 61,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final float[] FRACTIONS = {
        0, -0f, 0.5f, -1, 1e-9f, 1e9f, 3e38f, Float.NaN, Float.POSITIVE_INFINITY, 2147483647f
    };

    static {
        // Protobuf looks at messages by reflection, which it does nowhere but here.
        ModelMutation.class
                .getModule()
                .addExports(Model.class.getPackageName(), Message.class.getModule());
    }

    private final Random random;

    /** Prepares changes that follow from a seed. */
    public ModelMutation(long seed) {
        this.random = new Random(seed);
    }

    /**
     * Returns a model in which some places differ.
     *
     * @param places how many places of the program; 0 for one of the whole model
     * @throws IOException if the bytes are no model
     */
    public byte[] changed(byte[] bytes, int places) throws IOException {
        Model model = Model.parseFrom(bytes);
        if (places == 0) {
            return changed(model).toByteArray();
        }
        Message program = model.getMlProgram();
        for (int i = 0; i < places; i++) {
            program = changed(program);
        }
        return model.toBuilder().setMlProgram((Mil.Program) program).build().toByteArray();
    }

    /** Returns a message in which one place differs. */
    Message changed(Message message) {
        var fields = new ArrayList<>(message.getAllFields().keySet());
        if (fields.isEmpty()) {
            return message;
        }
        FieldDescriptor field = fields.get(random.nextInt(fields.size()));
        var changed = message.toBuilder();
        if (!field.isRepeated()) {
            if (random.nextInt(24) == 0) {
                return changed.clearField(field).build();
            }
            return changed.setField(field, value(field, message.getField(field))).build();
        }
        int count = message.getRepeatedFieldCount(field);
        int index = random.nextInt(count);
        Object item = message.getRepeatedField(field, index);
        List<Object> items = new ArrayList<>((List<?>) message.getField(field));
        switch (random.nextInt(24)) {
            case 0 -> items.remove(index);
            case 1 -> items.add(random.nextInt(count + 1), item);
            case 2 -> items.set(random.nextInt(count), item);
            default -> items.set(index, value(field, item));
        }
        changed.clearField(field);
        items.forEach(each -> changed.addRepeatedField(field, each));
        return changed.build();
    }

    private Object value(FieldDescriptor field, Object old) {
        return switch (field.getJavaType()) {
            case MESSAGE -> changed((Message) old);
            case INT -> (int) NUMBERS[random.nextInt(NUMBERS.length)];
            case LONG -> NUMBERS[random.nextInt(NUMBERS.length)];
            case FLOAT -> FRACTIONS[random.nextInt(FRACTIONS.length)];
            case DOUBLE -> (double) FRACTIONS[random.nextInt(FRACTIONS.length)];
            case BOOLEAN -> random.nextBoolean();
            case STRING -> random.nextInt(4) == 0 ? "" : old + "x".repeat(random.nextInt(3));
            case BYTE_STRING -> bytes((ByteString) old);
            case ENUM -> {
                var values = field.getEnumType().getValues();
                yield values.get(random.nextInt(values.size()));
            }
        };
    }

    private ByteString bytes(ByteString old) {
        byte[] bytes = old.toByteArray();
        if (bytes.length == 0 || random.nextInt(4) == 0) {
            return old.concat(ByteString.copyFrom(new byte[] {-1}));
        }
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        return ByteString.copyFrom(bytes);
    }
}
